"""Many results in one table: common queries, ranks that chance does not explain, costs."""
