"""Files of a run directory: shards, the manifest, the lock."""
