"""The durable store of completions."""
