"""A run: its recipe, its directory, and the machinery that keeps it up to date."""
