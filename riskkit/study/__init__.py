"""What commands and notebooks call: a study, what its results stand on, and its stages."""
