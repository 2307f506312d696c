"""Clones and classification: with frozen vectors, or with fine-tuned heads."""
