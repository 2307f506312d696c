"""A results folder: statistics, tables and files computed from ranks."""
