"""What training minimises at each exit."""
