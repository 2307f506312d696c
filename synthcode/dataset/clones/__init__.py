"""Pairs of programs for the detection of clones across languages."""
