"""Running programs with their tests in a sandbox."""
