"""The retrieval task: benchmarks, ranking and measures."""
