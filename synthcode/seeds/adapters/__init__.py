"""One reader for each published format of text-to-code benchmarks."""
