"""Parts that models are built from: rows, history, level, coupling, draws and state on disk."""
