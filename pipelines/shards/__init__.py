"""Runs that are shared among machines: each requests a shard of the seeds, and one machine builds the dataset."""
