"""What C and C++ have in common: signatures, the start of every harness, and a compiler that precedes the run."""
