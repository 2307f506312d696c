"""Pre-training at every exit: masked tokens, and whether the snippets of a document belong together."""
