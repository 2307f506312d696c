"""What leaves a run: to the Hub, to a folder, into other layouts."""
