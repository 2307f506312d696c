"""Telling a translation from what only holds its place: stubs, elided code, types without functions, tests."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

import tree_sitter

from synthcode.comments.snippets import parse_snippet
from synthcode.gate.program import Function, Program
from synthcode.languages import Language
from synthcode.languages.parsing import ParseTimeout

_DOTS = r"(?:\.{3}|…)"
_LEFT_OUT = (
    r"rest|remain\w{1,6}|more|further|additional|existing|previous|unchanged|same|other|omitted|implementation|your"
    r"|as (?:before|above)|similar\w{0,2}"
)
_WHOLE = r"(?:code|implementation|function|method|class|program|logic|file)"
_ELIDED = re.compile(
    rf"{_DOTS}\W{{0,5}}(?:the )?(?:(?:{_LEFT_OUT})\b|(?:code|logic)\W{{0,10}}$)"
    rf"|\b(?:rest|remainder) of (?:the |your |this )?{_WHOLE}\b"
    rf"(?:[^\n]{{0,40}}(?:{_DOTS}|here\b|unchanged|same)| (?:stays|remains) )"
    rf"|{_DOTS}[^\n]{{0,40}}\b(?:rest|remaining|existing) (?:of|code|\w{{1,20}} code)\b"
    rf"|\b(?:existing|remaining|other) (?:{_WHOLE}|methods|functions)\b[^\n]{{0,20}}(?:{_DOTS}|here\b)"
    r"|\b(?:code|implementation|details|body|rest|remainder)\b[^\n]{0,40}\bomitted\b"
    r"|\bomitted for (?:brevity|clarity)\b"
    r"|\b(?:similar(?:ly)?|the same) for (?:the |all )?(?:other|remaining|rest)\b",
    re.IGNORECASE | re.MULTILINE,
)
"""Comments in place of code that was left out."""
_HINTS = ("...", "…", "omitted", "rest of", "remainder", "remaining", "existing", "other", "similar", "the same for")
_UNDONE = re.compile(
    r"\A\W*+(?:TODO|FIXME|XXX|implement|fill|add|put|insert|write|your|place ?holder|stub|same|similar|omitted)"
    r"|\A\W*?(?:\.{3}|…)"
    r"|\b(?:TODO|FIXME|your (?:code|logic)|(?:code|logic) (?:goes )?here|not (?:yet )?implemented|omitted)\b",
    re.IGNORECASE,
)
"""What a comment says that is all there is of a block."""
_BLOCK = re.compile(r"block|body|compound|statement_list|then|else")
_HANDLER = re.compile(r"catch|except|rescue|finally")
_NOTHING = frozenset({b"pass", b"...", b"continue", b";", b""})

_RESOURCE = re.compile(r"free|delete|destroy|dispose|close|release|cleanup|finali[sz]e|drop|init|setup|flush|del$")
"""Names of functions that a language with a garbage collector may leave empty."""
_TEST = re.compile(r"(?:test|example|benchmark|check|verify|demo|usage).*|.*tests?|main|run|setup|teardown")
_GENERATED = frozenset(
    {
        "tostring",
        "equals",
        "hashcode",
        "gethashcode",
        "str",
        "repr",
        "eq",
        "ne",
        "hash",
        "fmt",
        "clone",
        "copy",
        "compareto",
    }
)
"""Functions that a data class has without writing them, by their spelling."""
_TEST_MARK = re.compile(
    r"@(?:Parameterized|Repeated)?Test\b|\[(?:Fact|Theory|Test|TestMethod|TestCase)\b|#\[(?:\w{1,40}::)?test\b"
    r"|\b(?:TestCase|TestSuite|unittest|XCTest\w{0,20})\b|\b(?:Minitest|Test::Unit)::"
)
"""What frameworks mark tests with, whatever the functions are called."""
_SUBWORD = re.compile(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]*")
_MIN_SUBWORDS = 4
_MIN_HEAD = 12
"""Characters of a function's first line by which it is found in a string."""
_SHOWN = 60


class _Original(NamedTuple):
    """A source: the next rows have the same one."""

    program: Program
    demanded: dict[str, Function]
    """By their spelling, the functions that do something which a translation must do as well."""


def placeholder(code: str, target: Language, source_code: str, source: Language, entry_point: str | None) -> str | None:
    """Return why a program only stands for a translation, or None.

    A translation need not do what the source does not do: a function that is empty in the source may be
    empty, and a source of types only may become types only.

    Parameters
    ----------
    code, target
        A sound program, and its language.
    source_code, source
        What it should be a translation of.
    entry_point
        The function that others call, where it is known.
    """
    program, original = _program(code, target), _original(source_code, source)
    if program is None or original is None:
        return None
    elided = _elision(program, source_code)
    if elided is not None or not original.demanded:
        return elided
    main = _plain(entry_point)
    return (
        _stub(program, original, main)
        or _unwritten(program, original)
        or _quoted(program, original)
        or _nothing_done(program, original)
        or _something_else(program, original, main)
    )


def _program(code: str, language: Language) -> Program | None:
    try:
        return Program(code, parse_snippet(code, language), language)
    except ParseTimeout:
        return None


@functools.lru_cache(maxsize=64)
def _original(code: str, language: Language) -> _Original | None:
    program = _program(code, language)
    if program is None:
        return None
    demanded = {function.spelling: function for function in program.functions if _is_demanded(function)}
    return _Original(program, demanded)


def _is_demanded(function: Function) -> bool:
    """Return whether a function of the source does something that a translation must do as well."""
    written = function.has_body and not function.is_stub and not function.is_accessor
    return written and function.spelling not in _GENERATED


def _elision(program: Program, source_code: str) -> str | None:
    lower = program.code.lower()
    if not any(hint in lower for hint in _HINTS) or not _ELIDED.search(lower) or _ELIDED.search(source_code):
        return None
    for comment in program.comments:
        words = program.text(comment)
        if _ELIDED.search(words):
            return _at(program, comment, f"code is left out: {_shown(words)}")
    return None


def _unwritten(program: Program, original: _Original) -> str | None:
    """Find a comment that requests code, in a function that the source has."""
    for comment in program.comments:
        words = program.text(comment)
        if not _UNDONE.search(words):
            continue
        owner = program.owner(comment)
        if owner is None or owner not in original.demanded:
            continue
        whole = any(one.spelling == owner and one.gives_back_a_name for one in program.functions)
        if whole or _is_all_of_block(comment):
            return _at(program, comment, f"code is yet to be written: {_shown(words)}")
    return None


def _is_all_of_block(comment: tree_sitter.Node) -> bool:
    """Return whether there is no statement next to a comment in its block."""
    block = comment.parent
    if block is None or any(_HANDLER.search(node.type) for node in (block, block.parent) if node is not None):
        return False  # what is caught may be passed over
    following = comment.next_named_sibling
    if following is not None and following.type in ("block", "body_statement"):  # Python: before the block
        return (following.text or b"").strip() in _NOTHING
    if not _BLOCK.search(block.type):
        return False
    others = [child for child in block.named_children if child.type not in ("comment", "line_comment", "block_comment")]
    return all((child.text or b"").strip() in _NOTHING for child in others)


def _stub(program: Program, original: _Original, main: str) -> str | None:
    """Find a function of the source that is there by its name only."""
    written: dict[str, list[Function]] = {}
    for function in program.functions:
        if function.has_body and function.spelling in original.demanded:
            written.setdefault(function.spelling, []).append(function)
    for name, functions in written.items():
        is_main = name == main or len(original.demanded) == 1
        used = original.demanded[name].parameters_used if name == main else frozenset()
        if all(_is_stub(one, main=is_main) or (used and one.ignores_parameters(used)) for one in functions):
            return f"line {functions[0].line}: {functions[0].name} is a stub"
    return None


def _is_stub(function: Function, *, main: bool) -> bool:
    if not function.is_stub:
        return False
    return main or function.is_marked or (function.is_empty and not _RESOURCE.search(function.spelling))


def _quoted(program: Program, original: _Original) -> str | None:
    """Find the source in a string, to be run by its own language or not at all."""
    for function in original.demanded.values():
        head = original.program.text(function.node).partition("\n")[0].strip()
        if len(head) >= _MIN_HEAD and program.quotes(head):
            return f"the source's {function.name} is in a string"
    return None


def _nothing_done(program: Program, original: _Original) -> str | None:
    if program.does_something(original.demanded):
        return None
    if any(function.has_body for function in program.functions):
        return "no function in it does anything"
    return f"it defines no function, and the source has {next(iter(original.demanded.values())).name}"


def _something_else(program: Program, original: _Original, main: str) -> str | None:
    """Find programs that call what the source defines and define only tests, and those that have nothing of it."""
    names = {function.spelling for function in program.functions}
    if names & original.demanded.keys():
        return None
    if names and (all(_TEST.fullmatch(name) for name in names) or _TEST_MARK.search(program.code)):
        words = {_plain(word) for word in program.words()}
        called = next((one.name for one in original.demanded.values() if one.spelling in words), None)
        if called is not None:
            return f"it calls {called} and does not define it"
    ours, theirs = _subwords(original.program), _subwords(program)
    if main and len(ours) >= _MIN_SUBWORDS and len(theirs) > 1 and not ours & theirs:
        return "it has no name in common with the source"
    return None


def _subwords(program: Program) -> set[str]:
    return {part.lower() for word in program.words() for part in _SUBWORD.findall(word)}


def _plain(name: str | None) -> str:
    return (name or "").replace("_", "").rstrip("?!").lower()


def _at(program: Program, node: tree_sitter.Node, what: str) -> str:
    return f"line {program.line_of(node)}: {what}"


def _shown(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1]}…"
