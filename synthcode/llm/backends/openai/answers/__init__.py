"""Reading what servers send. All of it is hostile."""
