"""The report: facts of a run in, one HTML page out that works from a file and fetches nothing."""
