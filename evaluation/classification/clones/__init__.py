"""Clone detection on the pairs of a dataset."""
