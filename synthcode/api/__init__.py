"""What the public Python API does; ``synthcode`` itself exports it. Nothing here prints."""
