"""Servers that answer as real ones do, with their faults: models, embeddings, rerankers, the Hub, stores."""
