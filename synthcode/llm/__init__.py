"""Requests to language models, and everything that gets them answered."""
