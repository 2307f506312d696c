"""Tables that may be larger than memory: sorted, joined, and held outside of it."""
