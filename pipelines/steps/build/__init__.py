"""The build stage: dataset, configurations, card."""
