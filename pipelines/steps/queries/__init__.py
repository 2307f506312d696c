"""The queries stage: a model writes the texts of seeds anew, in several styles."""
