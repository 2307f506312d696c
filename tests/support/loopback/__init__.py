"""Servers on loopback that stand in for a model and for the Hub."""
