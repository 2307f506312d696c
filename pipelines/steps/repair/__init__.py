"""The repair stage: failed translations are requested again with their errors."""
