"""Places to publish to: the Hub, a folder, an object store."""
