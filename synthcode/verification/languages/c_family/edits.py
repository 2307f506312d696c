"""Small changes of a text: names replaced, a statement added."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from synthcode.comments.snippets import parse_snippet
from synthcode.entry_points import definitions, spelling
from synthcode.languages import get_language
from synthcode.languages.parsing import ParseTimeout
from synthcode.verification.cases.case import Untestable
from synthcode.verification.languages.c_family.compiled import PROGRAM_ONLY, SOURCE
from synthcode.verification.languages.c_family.declarations import walk
from synthcode.verification.languages.c_family.functions import Program
from synthcode.verification.running.job import Job

_START = Path(__file__).with_name("start.h")
_INCLUDE = re.compile(r"(?m)^[ \t]*#[ \t]*include\b.*$")
_NAMES = frozenset({"identifier", "field_identifier", "type_identifier"})


def hidden_prefix(*texts: str) -> str:
    """Return the start of names that the texts cannot contain: it depends on all of them."""
    return f"h{hashlib.sha256(chr(0).join(texts).encode('utf-8', 'replace')).hexdigest()[:24]}"


def start_of_harness(hidden: str) -> str:
    """Return what stands before a translation."""
    return _START.read_text("utf-8").replace("HIDDEN", hidden)


def whole_program(program: Program, hidden: str, tests: str, *, opening: str = "", headers: str = "") -> Job:
    """Put a harness around a program. Its macros end with it, and so do those that switch ``assert`` off.

    Parameters
    ----------
    program, hidden
        The program, and the prefix of the harness's names.
    tests
        What follows it.
    opening
        What precedes it.
    headers
        The directives that precede the tests.
    """
    parts = (
        start_of_harness(hidden),
        opening,
        '#line 1 "solution"',
        without_main(program, hidden),
        f"#ifndef {PROGRAM_ONLY}",
        '#line 1 "test"',
        undefined(program.macros),
        "#undef NDEBUG\n#undef assert",
        headers,
        tests,
        "#endif",
    )
    return Job({SOURCE: "\n".join(parts) + "\n"})


def without_main(program: Program, hidden: str) -> str:
    """Return a program's code with another name for its ``main``."""
    return replaced(program.snippet.data, dict.fromkeys(program.mains, f"{hidden}_own_main"))


def undefined(macros: Mapping[str, str]) -> str:
    """Return the directives after which a program's macros change nothing any more, except names of integer types."""
    kept = {name for name, value in macros.items() if name == "int" and value.strip() in ("long long", "int64_t")}
    return "".join(f"#undef {name}\n" for name in macros if name not in kept)


def replaced(data: bytes, changes: Mapping[tuple[int, int], str]) -> str:
    """Return a text with parts of it, by byte offsets, replaced."""
    parts, end = [], 0
    for (start, stop), text in sorted(changes.items()):
        parts += [data[end:start], text.encode()]
        end = stop
    return b"".join([*parts, data[end:]]).decode("utf-8", "replace")


def calling_test(test: str, language_name: str, entry_point: str, path: str, hidden: str) -> tuple[str, Sequence[str]]:
    """Return a test program whose ``main`` and functions have hidden names, and which calls the given function.

    Returns
    -------
    str
        The test.
    sequence of str
        The arguments that its ``main`` takes.

    Raises
    ------
    Untestable
        If it has no ``main``, or does not call the entry point.
    """
    language = get_language(language_name)
    try:
        snippet = parse_snippet(test, language)
    except ParseTimeout as problem:
        raise Untestable("its test cannot be parsed in time") from problem
    defined = [one for one in definitions(snippet, language) if not one.types and not one.is_nested]
    main = next((one for one in defined if one.name == "main"), None)
    body = main.node.child_by_field_name("body") if main is not None else None
    if main is None or body is None:
        raise Untestable("its test has no main function")
    own = {one.name for one in defined}
    changes: dict[tuple[int, int], str] = {}
    calls = 0
    for node in walk(snippet.root):
        if node.type not in _NAMES:
            continue
        name = snippet.bytes_of(node).decode("utf-8", "replace")
        if name in own:
            changes[snippet.span(node)] = f"{hidden}_{name}"
        elif node.type == "identifier" and spelling(name) == spelling(entry_point):
            calls += 1
            changes[snippet.span(node)] = path
    if not calls:
        raise Untestable("its test does not call the entry point")
    end = snippet.span(body)[1]
    changes[end - 1, end - 1] = "\nreturn 0;\n"
    declarator = main.name_node.parent
    listed = declarator.child_by_field_name("parameters") if declarator is not None else None
    count = sum(one.type == "parameter_declaration" for one in listed.named_children) if listed is not None else 0
    takes_none = listed is not None and snippet.bytes_of(listed).strip(b"() \t\n") in (b"", b"void")
    return replaced(snippet.data, changes), () if takes_none else ("count", "arguments", "environment")[:count]
