"""Scoring encoders at every exit."""
