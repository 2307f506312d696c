"""Compilers and interpreters of this machine, run on foreign code in a sandbox."""
