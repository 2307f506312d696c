"""What leaves the run directory: the dataset card, exports, and the places they are published to."""
