"""Backends that answer requests, and the journal that remembers their answers."""
