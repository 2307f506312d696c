"""Texts on their way into a model: tokenizers, cuts, batches."""
