"""A Ray cluster: batches as tasks of its nodes, and objects that stay there."""
