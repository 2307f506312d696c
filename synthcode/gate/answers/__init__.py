"""From a completion to its code: reasoning, marks of templates, fences, wrappings, and which block is the answer."""
