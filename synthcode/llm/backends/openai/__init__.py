"""Any server that speaks OpenAI's chat completions, and what servers really send."""
