"""The gate: code is extracted from completions and its syntax checked."""
