"""One stage of a run each, in the order of the chain."""
