"""Several rankings made one: by reciprocal ranks, or by a weighted mean of scores."""
