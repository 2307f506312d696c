"""Exits of any HuggingFace encoder: the stream that they read, and what each costs."""
