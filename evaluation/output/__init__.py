"""What a results folder holds: metrics, tables, plots, and the facts of the run."""
