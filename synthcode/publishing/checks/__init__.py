"""Checks before and after publishing."""
