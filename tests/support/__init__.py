"""Servers, small data and helpers that tests share."""
