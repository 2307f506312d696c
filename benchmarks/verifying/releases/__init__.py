"""Published benchmarks, as the measures read them."""
