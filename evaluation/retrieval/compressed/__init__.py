"""Search among smaller vectors: fewer dimensions, and numbers of fewer bits."""
