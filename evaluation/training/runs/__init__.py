"""A training run on disk: its settings, checkpoints, curves, validation and model card."""
