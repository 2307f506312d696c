"""What leaves the run directory: the dataset card."""
