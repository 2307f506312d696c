"""Checkpoints as hostile data: which files are read, and what is loaded from them."""
