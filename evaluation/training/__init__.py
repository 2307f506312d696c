"""Training of multi-exit encoders on a dataset that ``build`` made."""
