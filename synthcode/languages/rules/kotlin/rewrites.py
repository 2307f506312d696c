"""Newer syntax of Kotlin, and syntax that its grammar does not know."""

from __future__ import annotations

from synthcode.languages.rules.model import rewrite

_NAMES = "abstract|external|final|infix|inline|internal|open|override|private|protected|public|sealed|tailrec|vararg"
_MEMBER_MODIFIERS = (
    "abstract|companion|const|inline|inner|internal|lateinit|open|operator|override|private|protected|public|suspend"
)
_MODIFIERS = (
    "abstract|actual|annotation|class|const|data|enum|expect|external|final|fun|infix|inline|inner|interface|internal"
    "|lateinit|object|open|operator|override|private|protected|public|sealed|suspend|tailrec|val|value|var"
)

REWRITES = (
    # Without a line break the grammar misses the end of the last member of a class.
    rewrite("}", r"()\}", "\r", shown_by=r"[^ \t\n][ \t]*+\}"),
    # A member of a class on the line of the one before it.
    rewrite(
        "}",
        rf"\}}([ \t]{{1,40}})(?:(?:{_MEMBER_MODIFIERS})\s+){{0,4}}(?:fun\s+\S|init\s*\{{|constructor\s*\()",
        "\r",
    ),
    rewrite("}", rf"\}}([ \t]{{1,40}})(?:(?:{_MEMBER_MODIFIERS})\s+){{1,4}}(?:val|var|class|object|interface)\b", "\r"),
    rewrite(
        "fun", r"\bfun\s*\(\s*(\w{1,80}(?:\s*,\s*\w{1,80}){0,9})\s*\)", shown_by=r"fun\s*+[(/]"
    ),  # a function without a name or types
    # A modifier as a name.
    rewrite(
        _NAMES.split("|"),
        rf"(?<![\w.])({_NAMES})[ \t]{{0,40}}(?:[-+*/%=.,;:?&|!<>)\]\[{{}}(]|\n\s*[}}.]|(?:in|is|as|to)\b)",
        "x",
    ),
    # Words that are modifiers or types to the grammar wherever they stand.
    rewrite("dynamic", r"\b(dynamic)\b", "dynami_"),
    rewrite("suspend", rf"\b(suspend)\b(?!\s*\(|\s+(?:{_MODIFIERS})\b)", "suspen_"),
    rewrite("suspend", r"(?:\bfun\s+|[\w)\]]\??\.|[;{=]\s*)(suspend)\s*\([^()]{0,300}\)(?!\s*->)", "suspen_"),
    rewrite("catch", r"\}[ \t]{0,40}(\n)\s*(?:catch|finally)\b", "/*\n*/"),  # the second one on a line of its own
    rewrite("->", r"\{\s*\([\w\s,:<>?]{1,200}\)(\s*:\s*[\w\s,.<>?]{1,200})->"),  # a type of several parameters
    rewrite(
        ".", r"[\w)\]}]\s*(\??\.)\s*(?:\(\s*[^\s(),][^(),]{0,200}\)|\{)", shown_by=r"\.\s*+[({/]"
    ),  # a value in place of a member
    rewrite("->", r"\b(else\s+if)\b[^\n{};]{1,300}->"),
    rewrite("->", r"[\w)\]\"']\s+(if)\b[^\n{};]{1,300}->", ","),  # guards of a branch
    rewrite(
        "context",
        rf"(?:^|[;{{}}])\s*(context\s*\((?:[^()]|\([^()]{{0,200}}\)){{1,300}}\))\s*(?:@|(?:{_MODIFIERS})\b)",
    ),
    rewrite("context", r"[:(,<=]\s*(context\s*\([^()]{1,200}\))\s*(?:[\w.<>?]{1,99}\s*\.\s*)?\("),
    rewrite("$", r"(\${1,16})\""),
    rewrite("@all", r"@(all):\s*\w", "get"),
)
