"""MoSE (ModularStarEncoder, arXiv 2503.03008): one encoder, several exits, one forward pass."""
