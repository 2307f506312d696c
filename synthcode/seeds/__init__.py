"""Adapters that read seeds from other people's layouts, one a file."""
