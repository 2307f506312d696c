"""Where stages run: worker processes and threads."""
