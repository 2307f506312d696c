"""Results and tasks in the formats of mteb and the Hub."""
