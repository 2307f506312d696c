"""What the report shows of a run."""
