"""Tests of which nothing would run: all that they do is to define functions, for a test runner to call."""

from __future__ import annotations

import tree_sitter

from synthcode.comments.snippets import parse_snippet
from synthcode.languages import get_language
from synthcode.languages.parsing import ParseTimeout
from synthcode.verification.cases.case import Untestable

_DEFINITIONS = frozenset(
    {
        *(
            "comment",
            "empty_statement",
            "php_tag",
            "text_interpolation",
            "import_statement",
            "namespace_use_declaration",
        ),
        *("function_declaration", "function_definition", "generator_function_declaration", "async_function"),
        *("class_declaration", "class_definition", "class", "module", "method", "decorated_definition"),
        *("interface_declaration", "trait_declaration", "type_alias_declaration", "import_from_statement"),
        "namespace_definition",
    }
)
_VALUES = frozenset({"arrow_function", "function_expression", "function", "class"})


def require_run(test: str, language_name: str) -> None:
    """Refuse a test that only defines functions and classes.

    Raises
    ------
    Untestable
        If it is such a test, or cannot be parsed in time.
    """
    try:
        snippet = parse_snippet(test, get_language(language_name))
    except ParseTimeout as problem:
        raise Untestable("its test cannot be parsed in time") from problem
    if all(map(_defines, snippet.root.named_children)):
        raise Untestable("its test defines functions for a test runner, and calls none of them")


def _defines(node: tree_sitter.Node) -> bool:
    if node.type in ("lexical_declaration", "variable_declaration"):
        values = [one.child_by_field_name("value") for one in node.named_children if one.type == "variable_declarator"]
        return all(value is not None and value.type in _VALUES for value in values)
    return node.type in _DEFINITIONS
