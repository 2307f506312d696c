"""Find words that the project's plain English avoids: ``python -m docs.word_list``.

It reads what people read: the comments and string literals of Python files (docstrings, errors, help), and the text of
Markdown, YAML and templates. Of code it reads only the names of functions, parameters, classes and variables.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent

WORDS: dict[str, str] = {
    r"[Mm]end(s|ed|ing)?": "fix",
    r"[Ll]ikeness(es)?": "similarity",
    r"[Aa]side": "temporary, separately",
    r"[Tt]old(?! apart)": "reported",
    r"[Bb]eside": "next to, together with",
    r"[Bb]ehind(?! (a|the) (reverse )?proxy)": "after",
    r"(?<!leave )(?<!leaves )(?<!left )(?<!let )(?<!stand-)[Aa]lone": "only, by itself",
    r"[Gg]one": "removed, missing, down",
    r"([Ss]ome|[Nn]o)body": "name the actor",
    r"[Ww]hoever": "name the actor",
    r"None where": "None if",
    r"(?<![Tt]here )(is|are|was|were) none": "is not a ..., there is no ...",
    r"(?<![Tt]here )(is|are|was|were) no (?!longer\b|more\b|\w+er\b)\w*": "is not a ...",
    r"[Aa]sk(s|ed|ing)? for": "request",
    r"go(es)? out": "is sent",
    r"of its own accord": "by itself",
    r"ow(es|ed)": "lacks, still has to",
    r"by far": "much",
}
"""Pattern, between word boundaries -> what to write instead."""

NAMES: dict[str, str] = {
    **{"aside": "temporary, scratch", "beside": "next_to, join_...", "likeness": "similarity", "mend": "fix"},
    **{"asker": "client", "asking": "queries", "attendant": "callbacks", "wish": "destination", "wanted": "required"},
    **{"feed": "queue", "halt": "cancellation", "held": "in_memory, size", "told": "reported, message"},
}
"""Coinages that no function, parameter, class or variable may have as its name -> what to call it instead."""

EXCEPTIONS: dict[tuple[str, str], str] = {
    ("prompts/translate/user.jinja", "alone"): "Data: a changed prompt changes the id of every request.",
    ("synthcode/storage/layout.py", "aside"): "A folder of existing runs, which a later version still has to clear.",
}
"""(file, text of the finding) -> why it stays."""

READ = ("*.py", "*.md", "*.jinja", "*.html", "*.yaml", "*.yml", "*.toml", ".ci/*")
NOT_READ = (
    "CHANGELOG.md",
    "docs/word_list.py",
    "tests/data/",
    "tests/fuzz/corpus/",
    "tests/unit/docs/test_word_list.py",
)
"""History, this list and its test, and data."""

_PATTERNS = {re.compile(rf"\b(?:{word})(?!\w)"): instead for word, instead in WORDS.items()}
_ANY = re.compile(rf"\b(?:{'|'.join(f'(?:{word})' for word in WORDS)})")
_JOINT = re.compile(r"([\"'])\s*[A-Za-z]{0,2}\1")
"""Between two strings that stand next to each other, which Python joins."""
_ESCAPE = re.compile(r"\\[a-z]")
_COMMENT = re.compile(r"(?:^|(?<=\s))# .*")


class Finding(NamedTuple):
    """A word to replace."""

    path: str
    line: int
    text: str
    instead: str


def findings(path: str, source: str) -> Iterator[Finding]:
    """Yield every word of the list in a file, except for the exceptions."""
    found = [*_words(path, source), *(_names(path, source) if path.endswith(".py") else ())]
    yield from sorted(finding for finding in found if (path, finding.text) not in EXCEPTIONS)


def project_files() -> list[str]:
    """List the project's own texts, as git knows them."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *READ]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return [path for path in listed if not path.startswith(NOT_READ) and (ROOT / path).is_file()]


def project_findings() -> list[Finding]:
    """Return the findings in all files of the project."""
    return [found for path in project_files() for found in findings(path, (ROOT / path).read_text(encoding="utf-8"))]


def _words(path: str, source: str) -> Iterator[Finding]:
    # Most files hold none of the words anywhere, and to parse them takes seconds.
    if _ANY.search(source) is None and _ANY.search(_JOINT.sub("", _ESCAPE.sub(" ", source))) is None:
        return
    for start, text in _texts(path, source):
        if _ANY.search(text) is None:
            continue
        for pattern, instead in _PATTERNS.items():
            for match in pattern.finditer(text):
                yield Finding(path, start + text.count("\n", 0, match.start()), match[0], instead)


@lru_cache(maxsize=1)
def _nodes(source: str) -> list[ast.AST]:
    """Return the nodes of a file, which is read for its texts and for its names, one after the other."""
    return list(ast.walk(ast.parse(source)))


def _texts(path: str, source: str) -> Iterator[tuple[int, str]]:
    """Yield what people read of a file: the number of its first line, and the text."""
    if not path.endswith(".py"):
        yield 1, source
        return
    nodes = _nodes(source)
    strings = [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    # What tests say is in their docstrings and comments: their other strings are data.
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for string in strings:
        if not path.startswith("tests/") or id(string) in docstrings:
            yield string.lineno, str(string.value)
    within = {line for string in strings for line in range(string.lineno, (string.end_lineno or 0) + 1)}
    for line, text in enumerate(source.splitlines(), 1):
        if (comment := _COMMENT.search(text)) and (line not in within or text[: comment.start()].count('"') % 2 == 0):
            yield line, comment[0]


def _names(path: str, source: str) -> Iterator[Finding]:
    lowered = source.lower()
    if not any(name in lowered for name in NAMES):
        return
    for node in _nodes(source):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = node.name
        elif isinstance(node, ast.arg):
            name = node.arg
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            name = node.id if isinstance(node, ast.Name) else node.attr
        else:
            continue
        if (coinage := name.strip("_").lower()) in NAMES:
            yield Finding(path, node.lineno, name, NAMES[coinage])


def main() -> None:
    """Print every finding, and exit with 1 if there is one."""
    found = project_findings()
    for path, line, text, instead in found:
        print(f"{path}:{line}: {text!r} -> {instead}")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
