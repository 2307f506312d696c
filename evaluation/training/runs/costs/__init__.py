"""What training will take: steps, tokens, memory and time, before it is started."""
