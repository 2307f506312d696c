"""What the rules of several languages are made of."""
