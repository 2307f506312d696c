"""vLLM: its engine in this process, its server as a child process, and the options that may be set."""
