"""Compilers and interpreters, run on foreign code in a sandbox."""
