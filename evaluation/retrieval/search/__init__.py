"""The search itself: scores of all documents, and the ranks of those that answer."""
