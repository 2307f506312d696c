"""The pairs that an encoder is trained on: of a dataset's train split, grouped, balanced, in a fixed order."""
