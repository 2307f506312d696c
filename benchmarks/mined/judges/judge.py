"""Reads texts with a NUL between them; writes 1 for each that Python compiles, and 0 for each that it does not."""

import sys
import warnings

warnings.simplefilter("ignore")
for text in sys.stdin.read().split("\0"):
    try:
        compile(text, "text", "exec", dont_inherit=True)
        sys.stdout.write("1")
    except (SyntaxError, ValueError):
        sys.stdout.write("0")
