"""The dataset card and the other metadata files of a dataset."""
