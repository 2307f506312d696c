"""Clusters of Ray and Slurm on this machine."""
