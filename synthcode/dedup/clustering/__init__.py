"""Candidate pairs, their exact similarity, clusters, and which members of a cluster stay."""
