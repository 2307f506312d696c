"""Generators of the reference pages: one file per page."""
