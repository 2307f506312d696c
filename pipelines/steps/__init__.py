"""What each stage does to a run directory: one place a stage, whose ``step.py`` declares it to the registry."""
