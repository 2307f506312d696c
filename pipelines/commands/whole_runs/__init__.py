"""Whole recipes: on this machine, in shards, on a cluster."""
