"""Near-duplicates: shingles, signatures, buckets, exact likeness, and the rules about what goes."""
