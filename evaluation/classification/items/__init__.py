"""Scores kept pair by pair or program by program, and compared."""
