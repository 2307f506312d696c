"""Known faults of published benchmarks: wrong labels, leaking pairs, equal programs."""
