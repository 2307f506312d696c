"""Cross-language code-to-code retrieval benchmarks, made from text-to-code benchmarks."""

__version__ = "0.1.0"
