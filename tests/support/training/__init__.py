"""Datasets to train on, and trainings in one process or several."""
