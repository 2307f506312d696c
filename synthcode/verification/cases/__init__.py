"""Test cases without a language: arguments, the expected result, and how results are compared."""
