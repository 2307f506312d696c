"""Encoders: what turns texts into vectors, one adapter a file."""
