"""Published benchmarks in the form they are published in."""
