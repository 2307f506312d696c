"""Whether a text is a program: grammars, rules for what they let through, and newer syntax."""
