"""A dataset in the layouts that other tools load."""
