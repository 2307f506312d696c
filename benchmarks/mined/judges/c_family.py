"""Reads texts with a NUL between them; writes 1 for each in which clang finds no error of syntax, and 0 for each other.

A function stands without its headers, so errors about names and types do not count: only those that clang files under
the parser or the lexer. ``pip install libclang`` brings clang.
"""

import sys

from clang.cindex import Diagnostic, Index

SYNTAX = ("Parse Issue", "Lexical or Preprocessor Issue")
ARGUMENTS = {"c": ["-x", "c", "-std=gnu17"], "cpp": ["-x", "c++", "-std=gnu++20"]}[sys.argv[1]]
ARGUMENTS += ["-ferror-limit=0", "-w", "-nostdinc"]

index = Index.create()
for text in sys.stdin.read().split("\0"):
    unit = index.parse("text", ARGUMENTS, [("text", text)])
    errors = (problem for problem in unit.diagnostics if problem.severity >= Diagnostic.Error)
    sys.stdout.write("0" if any(problem.category_name in SYNTAX for problem in errors) else "1")
