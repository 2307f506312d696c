"""From accepted translations to the dataset: pairs, code variants, splits and qrels."""
