"""The built-in feature families, one package each; `FAMILY` in its `__init__` declares it."""
