"""Small runs, and how they are stopped, damaged and starved of space."""
