"""The suite itself: marks, required tools, warm workers, a browser."""
