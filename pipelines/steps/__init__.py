"""What each stage does to a run directory, one file a stage."""
