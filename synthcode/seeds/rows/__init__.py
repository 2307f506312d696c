"""Rows of JSON Lines, CSV and Parquet files, streamed and bounded."""
