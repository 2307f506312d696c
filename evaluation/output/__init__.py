"""The contents of a results folder: metrics, tables, plots, and the facts of the run."""
