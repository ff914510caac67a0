"""riskkit's tests; a package, so that no other installed one of this name comes first."""
