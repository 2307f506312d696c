"""The tables of a leaderboard: common queries, ranks, intervals."""
