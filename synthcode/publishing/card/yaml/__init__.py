"""The card's front matter and eval.yaml: written, edited, and merged with those of a card that is there."""
