"""Scores: encoding, ranking, and the folder of results."""
