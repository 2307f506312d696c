"""The loops over shingles, on whole arrays and compiled; the choice is made by the amount of work."""
