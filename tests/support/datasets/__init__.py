"""Small datasets, tables and stored results."""
