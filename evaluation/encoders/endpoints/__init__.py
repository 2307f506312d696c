"""Embeddings from servers that speak OpenAI's protocol."""
