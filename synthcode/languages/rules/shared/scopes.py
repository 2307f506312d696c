"""A condition of refusals: a local name hides another one of the same function, in languages that forbid it."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass
from typing import NamedTuple

import tree_sitter

from synthcode.languages import get_language
from synthcode.languages.parsing import grammar

_DECLARED = re.compile(
    rb"\s(?<=[\w>\].?]\s)(?<!\breturn\s)(?<!\bthrow\s)(?<!\bcase\s)\s*+(\w++)\s*+(?:[=;:,)\[&|]|in\b)"
)
"""A word after what may be a type, where a name is declared."""
_ALSO_DECLARED = re.compile(rb",\s*+(\w++)\s*+[=;]")
"""Another variable of the same type."""
_PARAMETERS = re.compile(rb"(\b\w++|\([\w\s,]{0,200}\))\s*+[=-]>")
"""The parameters of a lambda expression, without their types."""
_WORD = re.compile(rb"\w++")


class Local(NamedTuple):
    """Where a name is declared."""

    start: int
    end: int
    """Where it is no longer known."""
    known_from: int
    wall: int
    """The node within which it is a name; 0 is the whole program."""
    reaches: bool
    """Whether the place where it is known is certain."""


@dataclass(frozen=True, slots=True)
class Hides:
    """A condition of a refusal: whether a program declares a local name where the same name is known already.

    Attributes
    ----------
    language_name
        The language.
    declarations
        Query that captures the names of locals and parameters as ``@name``, and as ``@passing`` those of patterns:
        only a compiler knows how far they reach, but they must not hide others.
    reach
        Types of nodes: a name is known to the end of the body of the innermost one around its declaration.
    walls
        Types of nodes: what is within one of these may hide names of outside.
    arrow
        What follows the parameters of a lambda expression.
    from_start
        Whether a name is known in all of that node, also before its declaration.
    """

    language_name: str
    declarations: str
    reach: Set[str]
    walls: Set[str]
    arrow: bytes
    from_start: bool = False

    def __call__(self, program: tree_sitter.Node) -> bool:
        """Return whether a program is to be refused."""
        if not _may_repeat(program.text or b"", self.arrow):
            return False
        by_name: dict[bytes, list[tuple[tree_sitter.Node, str]]] = defaultdict(list)
        for kind, nodes in _cursor(self.language_name, self.declarations).captures(program).items():
            for node in nodes:
                by_name[node.text or b""].append((node, kind))
        return any(
            overlap([self._local(*declaration) for declaration in same])
            for name, same in by_name.items()
            if len(same) > 1 and name != b"_"
        )

    def _local(self, name: tree_sitter.Node, kind: str) -> Local:
        around = name.parent
        while around is not None and around.type not in self.reach and around.type not in self.walls:
            around = around.parent
        reached = around if around is not None and around.type in self.reach else None
        body = reached and reached.child_by_field_name("body")
        end = (body or reached or name).end_byte
        wall = around
        while wall is not None and wall.type not in self.walls:
            wall = wall.parent
        known_from = reached.start_byte if reached is not None and self.from_start else name.start_byte
        is_certain = reached is not None and kind == "name"
        return Local(name.start_byte, end, known_from, wall.id if wall is not None else 0, is_certain)


def _may_repeat(text: bytes, arrow: bytes) -> bool:
    """Return False if no two declarations of a text have one name: most texts are spared the query."""
    if b"#if" in text:
        return False  # one of two branches is compiled
    names = [*_DECLARED.findall(text), *_ALSO_DECLARED.findall(text)]
    if arrow in text:
        names += [name for listed in _PARAMETERS.findall(text) for name in _WORD.findall(listed)]
    return len(names) > len(set(names))


def overlap(same: list[Local]) -> bool:
    """Return whether one of several declarations of a name is where another one is known.

    One pass over the declarations in their order: of those that are known so far, only the two that end last count.
    """
    by_wall: dict[int, list[Local]] = defaultdict(list)
    for one in same:
        by_wall[one.wall].append(one)
    return any(_overlap_within(locals_) for locals_ in by_wall.values())


def _overlap_within(locals_: list[Local]) -> bool:
    outer = sorted((one for one in locals_ if one.reaches), key=lambda one: one.known_from, reverse=True)
    before_last, last = (-2, -2), (-1, -1)  # the end and the start of the two that end last
    for inner in sorted(locals_, key=lambda one: one.start):
        while outer and outer[-1].known_from <= inner.start:
            known = outer.pop()
            before_last, last = sorted({before_last, last, (known.end, known.start)})[-2:]
        end = last[0] if last[1] != inner.start else before_last[0]
        if end > inner.start:
            return True
    return False


@functools.cache
def _cursor(language_name: str, query: str) -> tree_sitter.QueryCursor:
    return tree_sitter.QueryCursor(tree_sitter.Query(grammar(get_language(language_name)), query))


JAVA_HIDES = Hides(
    "java",
    """
        [
          (local_variable_declaration (variable_declarator name: (identifier) @name))
          (formal_parameter name: (identifier) @name)
          (spread_parameter (variable_declarator name: (identifier) @name))
          (catch_formal_parameter name: (identifier) @name)
          (enhanced_for_statement name: (identifier) @name)
          (resource name: (identifier) @name)
          (inferred_parameters (identifier) @name)
          (lambda_expression parameters: (identifier) @name)
          (instanceof_expression name: (identifier) @passing)
          (type_pattern (identifier) @passing)
        ]
    """,
    frozenset(
        {"block", "catch_clause", "constructor_body", "constructor_declaration", "enhanced_for_statement"}
        | {"for_statement", "lambda_expression", "method_declaration", "switch_block", "try_with_resources_statement"}
    ),
    frozenset({"annotation_type_body", "class_body", "enum_body", "interface_body"}),
    b"->",
)
CSHARP_HIDES = Hides(
    "csharp",
    """
        [
          (variable_declaration (variable_declarator name: (identifier) @name))
          (parameter name: (identifier) @name)
          (parameter_list name: (identifier) @name)
          (implicit_parameter) @name
          (foreach_statement left: (identifier) @name)
          (catch_declaration name: (identifier) @name)
          (argument "out" (declaration_expression name: (identifier) @passing))
          (declaration_pattern type: [(identifier) (predefined_type)] name: (identifier) @passing)
        ]
    """,
    frozenset(
        {"anonymous_method_expression", "block", "catch_clause", "constructor_declaration", "fixed_statement"}
        | {"for_statement", "foreach_statement", "indexer_declaration", "lambda_expression"}
        | {"local_function_statement", "method_declaration", "operator_declaration", "switch_body", "using_statement"}
    ),
    frozenset({"anonymous_method_expression", "declaration_list", "lambda_expression", "local_function_statement"}),
    b"=>",
    from_start=True,
)
"""Since C# 8, lambdas and local functions may hide what is outside of them."""
