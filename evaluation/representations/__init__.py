"""Retrievers that give a text more than one dense vector: sparse terms, or a vector for each token."""
