"""The translate stage: its plan, its cost, its requests."""
