"""Published benchmarks of clone detection and classification, read as they were published."""
