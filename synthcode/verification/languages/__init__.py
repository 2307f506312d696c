"""What verification needs to know of each language: its tools, its harness, its literals."""
