"""The plug-in has tests of its own, which only run where it is installed."""

collect_ignore = ["riskkit_example_plugin"]
