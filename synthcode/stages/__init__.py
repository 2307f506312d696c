"""The stages: pure functions of a batch and a frozen configuration."""
