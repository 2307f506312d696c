"""The entries of a leaderboard, found in results folders."""
