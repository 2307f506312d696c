"""Exact duplicates, near-duplicates and contamination by published benchmarks."""
