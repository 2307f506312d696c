"""Who answers requests: a server, an engine in this process, or a recording."""
