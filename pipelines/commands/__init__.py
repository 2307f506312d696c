"""The commands: one file each, options and output only."""
