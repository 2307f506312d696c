"""Small models of every kind, made in seconds or taken from a package."""
