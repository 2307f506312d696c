"""Clone detection and classification: scores of vectors that were not trained for them."""
