"""A feature family, a model and a source that riskkit finds by their entry points."""
