"""Programs broken on purpose: an operator, a constant or a branch is another one. Of all languages, by their trees."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import tree_sitter

from synthcode.languages import get_language
from synthcode.languages.parsing import grammar
from verifying.releases.release import Problem

_OPERATORS = {
    **{"+": "-", "-": "+", "*": "+", "/": "*", "%": "+", "//": "*"},
    **{"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "===": "!==", "!==": "==="},
    **{"&&": "||", "||": "&&", "and": "or", "or": "and", "+=": "-=", "-=": "+="},
}
_OPERATIONS = re.compile(r"binary|comparison|boolean_operator|infix|additive|multiplicative|equality|conjunction")
_ASSIGNMENTS = re.compile(r"assignment")
_INTEGERS = re.compile(r"int|number|decimal")
_DECIMAL = re.compile(rb"[0-9]{1,9}")
_BRANCHES = frozenset({"if_statement", "if_expression", "while_statement", "if", "elif_clause", "while"})
_OUTSIDE = re.compile(r"comment|string|preproc|import|include|type_arg|type_param|template")


class Broken(NamedTuple):
    """A program that was broken."""

    problem: Problem
    code: str
    kind: str
    """``operator``, ``constant`` or ``branch``."""


@dataclass(frozen=True)
class _Change:
    start: int
    end: int
    text: str
    kind: str


def broken_programs(problems: Sequence[Problem], count: int) -> list[Broken]:
    """Return about ``count`` broken programs, spread over the problems and the kinds; the same each time."""
    chance = random.Random(0)
    each = -(-count // max(1, len(problems)))
    found = [broken for problem in problems for broken in _broken(problem, each, chance)]
    chance.shuffle(found)
    return found[:count]


def _broken(problem: Problem, count: int, chance: random.Random) -> Iterator[Broken]:
    data = problem.code.encode()
    tree = tree_sitter.Parser(grammar(get_language(problem.language))).parse(data)
    by_kind: dict[str, list[_Change]] = {}
    for change in _changes(tree.root_node, problem.language):
        by_kind.setdefault(change.kind, []).append(change)
    for _ in range(count):
        kinds = [kind for kind, changes in by_kind.items() if changes]
        if not kinds:
            return
        changes = by_kind[chance.choice(kinds)]
        change = changes.pop(chance.randrange(len(changes)))
        code = data[: change.start] + change.text.encode() + data[change.end :]
        yield Broken(problem, code.decode(), change.kind)


def _changes(root: tree_sitter.Node, language: str) -> Iterator[_Change]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if _OUTSIDE.search(node.type) and node.is_named:
            continue
        waiting += reversed(node.children)
        yield from _change(node, language)


def _change(node: tree_sitter.Node, language: str) -> Iterator[_Change]:
    parent = node.parent
    text = node.text or b""
    if not node.children and parent is not None:
        operator = _OPERATORS.get(text.decode("utf-8", "replace"))
        pattern = _ASSIGNMENTS if text in (b"+=", b"-=") else _OPERATIONS
        if operator is not None and not node.is_named and pattern.search(parent.type):
            yield _Change(node.start_byte, node.end_byte, operator, "operator")
        elif node.is_named and _INTEGERS.search(node.type) and _DECIMAL.fullmatch(text):
            yield _Change(node.start_byte, node.end_byte, str(int(text) + 1), "constant")
    if node.type in _BRANCHES:
        condition = node.child_by_field_name("condition")
        if condition is not None and condition.text is not None:
            negated = _negated(condition.text.decode(), language)
            yield _Change(condition.start_byte, condition.end_byte, negated, "branch")


def _negated(condition: str, language: str) -> str:
    if language == "python":
        return f" not ({condition})"
    return f"(!{condition})" if condition.startswith("(") else f"!({condition})"
