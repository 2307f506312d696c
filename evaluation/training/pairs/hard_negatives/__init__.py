"""Hard negatives: programs that look like the answer and are not."""
