"""The check stage: completions are judged by the gate."""
