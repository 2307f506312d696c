"""Ranking with an encoder: whole, combined, compressed, by grade, by level."""
