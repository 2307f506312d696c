"""Compilers and parsers of the languages' own toolchains: which programs they accept, and what that proves."""
