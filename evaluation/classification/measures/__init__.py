"""Measures of weighted items, and their intervals: the unit of resampling is the problem."""
