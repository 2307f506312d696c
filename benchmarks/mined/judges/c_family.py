"""Reads texts with a NUL between them; writes 1 for each in which clang finds no error of syntax, and 0 for each other.

A function stands without its headers, so errors about names and types do not count: only those that clang files under
the parser or the lexer. After an error about a name clang goes on as suits it, past a macro that stands for syntax:
``for_each(x) {``, ``API int f()``. So unknown types and functions are declared, and the text is parsed again.
``pip install libclang`` brings clang.
"""

import re
import sys

from clang.cindex import Diagnostic, Index

SYNTAX = ("Parse Issue", "Lexical or Preprocessor Issue")
TYPE = re.compile(r"unknown type name '(\w+)'")
FUNCTION = re.compile(r"call to undeclared function '(\w+)'")
NAME = re.compile(r"use of undeclared identifier '(\w+)'")
USED_AS_TYPE = (
    r"(?:[;{{}}]\s*(?:(?:const|static)\s+)*{0}\s+\**\s*\w|\(\s*(?:const\s+)?{0}\s*\**\s*\)\s*\w|sizeof\s*\(\s*{0}\b)"
)
ROUNDS = 4
NOT_TWO_TYPES = re.compile(r"cannot combine with previous '[^']*' declaration specifier")
ARGUMENTS = {"c": ["-x", "c", "-std=gnu17"], "cpp": ["-x", "c++", "-std=gnu++20"]}[sys.argv[1]]
ARGUMENTS += ["-ferror-limit=0", "-w", "-nostdinc"]

index = Index.create()


def errors_of(text: str) -> list[tuple[str, str]]:
    """Return the category and the words of each error; they do not outlive the parsed text."""
    unit = index.parse("text", ARGUMENTS, [("text", text)])
    errors = (problem for problem in unit.diagnostics if problem.severity >= Diagnostic.Error)
    return [(problem.category_name, problem.spelling) for problem in errors]


def is_sound(text: str) -> bool:
    declared: dict[str, str] = {}
    for _ in range(ROUNDS):
        errors = errors_of(" ".join(declared.values()) + "\n" + text)
        new = declarations("\n".join(words for _, words in errors), text)
        if new.keys() <= declared.keys():
            break
        declared = new | declared
    return not any(category in SYNTAX or NOT_TWO_TYPES.match(words) for category, words in errors)


def declarations(said: str, text: str) -> dict[str, str]:
    """Return a declaration of each name that errors call unknown; a qualified one or a template has none."""
    found = {name: f"typedef int {name};" for name in TYPE.findall(said)}
    found |= {name: f"int {name}();" for name in FUNCTION.findall(said)}
    for name in NAME.findall(said):
        if not re.search(rf"\b{name}\s*(?:::|<\w)", text):
            is_type = re.search(USED_AS_TYPE.format(name), text)
            found.setdefault(name, f"typedef int {name};" if is_type else f"extern int {name};")
    return found


for text in sys.stdin.read().split("\0"):
    sys.stdout.write("1" if is_sound(text) else "0")
