"""Scores on the validation split while a model is trained, and their curves."""
