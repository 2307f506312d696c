"""From an address to the bytes of an answer: one server or several, each with its key."""
