"""The verify stage: translations are run with tests."""
