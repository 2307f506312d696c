"""The dedup stages: duplicates among seeds and among translations, and contamination."""
