"""Where hostile programs run: bubblewrap, and what they may see there."""
