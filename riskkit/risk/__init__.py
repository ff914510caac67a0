"""From draws to what a reader can act on: scores, ranks, words, drivers and regional sums."""
