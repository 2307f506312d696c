"""MinHash signatures, their bands, and the sketches that a search works with."""
