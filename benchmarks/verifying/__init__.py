"""What ``benchmarks/verification.py`` measures with: programs whose verdict is known, and programs made wrong."""
