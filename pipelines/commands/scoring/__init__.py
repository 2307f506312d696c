"""Scores of encoders: evaluated, compared, ranked."""
