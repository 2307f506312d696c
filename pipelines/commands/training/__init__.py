"""Encoders with several exits: trained, and cut."""
