"""Finding out whether a server is there, what it can do, and whether a failure is its own."""
