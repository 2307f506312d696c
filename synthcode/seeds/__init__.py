"""Seeds: texts with a solution each, read from published benchmarks and the user's own tables."""
