"""Rules for Go."""

from __future__ import annotations

import re
from collections.abc import Iterator

import tree_sitter

from synthcode.languages.rules.go.conditions import (
    FUNCTIONS,
    assigns_other_number,
    declared,
    declares_nothing_new,
    falls_nowhere,
    has_case_twice,
    has_key_twice,
    is_unused_label,
    leaves_what_is_not_around,
    repeats_a_parameter,
    returns_wrongly,
)
from synthcode.languages.rules.go.flow import ends_without_return
from synthcode.languages.rules.model import Refusal, SyntaxRules, only_at_top, rewrite
from synthcode.languages.rules.shared.declarations import TWICE, Twice, fields, without_label
from synthcode.languages.rules.shared.literals import escapes

_TOP_LEVEL = (
    "comment",
    "const_declaration",
    "function_declaration",
    "import_declaration",
    "method_declaration",
    "package_clause",
    "type_declaration",
    "var_declaration",
)
_CALLS = frozenset({"call_expression", "comment", "type_conversion_expression"})
_ESCAPE = (
    r"""\\(?:[abfnrtv\\%s]|x[0-9A-Fa-f]{2}|[0-3][0-7]{2}"""
    r"""|(?!u[Dd][89A-Fa-f])u[0-9A-Fa-f]{4}|U00(?:10|0[0-9A-Fa-f])(?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})"""
)

_LITERAL_OR_LINE_END = re.compile(
    rb"(?P<string>\"(?:\\.|[^\"\\\n])*+\"?|'(?:\\.|[^'\\\n])*+'?|`[^`]*+`?)|(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))|\n",
    re.DOTALL,
)
_LONGEST_KEYWORD = 11
_LAST_TOKEN = re.compile(rb"[)\]}]\Z|(?:\+\+|--)\Z|[0-9]\.\Z|(?P<word>[\w\x80-\xff]{1,12})\Z")
_KEYWORDS = frozenset(
    b"case chan const continue default defer else for func go goto if import interface map package range select struct"
    b" switch type var".split()
) - {b"continue"}
"""Keywords after which a line goes on: all but ``break``, ``continue``, ``fallthrough`` and ``return``."""


def with_semicolons(data: bytes) -> bytes:
    """Return a program of Go with the semicolons that its lexer puts at the ends of lines.

    The specification (Lexical elements, Semicolons): a line that ends with an identifier, a literal, ``break``,
    ``continue``, ``fallthrough``, ``return``, ``++``, ``--`` or a closing bracket ends with a semicolon. A comment
    over several lines is a line break. The grammar takes a line break wherever a semicolon may stand, and takes none
    for one elsewhere: with the semicolons written out, its verdict is the compiler's.

    Parameters
    ----------
    data
        UTF-8 text.

    Returns
    -------
    bytes
        The text with semicolons, on the same lines.
    """
    parts: list[bytes] = []
    done = seen = code_end = 0
    ends_statement = False
    for found in _LITERAL_OR_LINE_END.finditer(data):
        start, end = found.span()
        if code := data[seen:start].strip():
            code_end, ends_statement = seen + len(data[seen:start].rstrip()), _ends_statement(code)
        seen = end
        if found["string"]:
            code_end, ends_statement = end, True
        elif b"\n" in found[0] and ends_statement:
            parts += [data[done:code_end], b";"]
            done, ends_statement = code_end, False
    return b"".join([*parts, data[done:]])


def _ends_statement(code: bytes) -> bool:
    found = _LAST_TOKEN.search(code[-_LONGEST_KEYWORD - 1 :])
    return found is not None and found["word"] not in _KEYWORDS


def _touches_its_like(node: tree_sitter.Node) -> bool:
    """Return whether an operator and the one before it are read as one: ``++x``, ``a --b``, ``&&x``."""
    before = node.parent and node.parent.prev_sibling
    return before is not None and before.type == node.type and before.end_byte == node.start_byte


def _is_mixed(parameters: tree_sitter.Node) -> bool:
    """Return whether parameters with and without a name stand together.

    The names of one type are not always read as one declaration: of ten, the grammar takes the first for types.
    """
    declarations = [child for child in parameters.named_children if child.type.endswith("parameter_declaration")]
    named = [at for at, declaration in enumerate(declarations) if declaration.child_by_field_name("name") is not None]
    for at, declaration in enumerate(declarations):
        if named and at not in named:
            kind = declaration.child_by_field_name("type")
            if at > named[-1] or kind is None or kind.type != "type_identifier":
                return True
    return False


def _is_no_statement(value: tree_sitter.Node) -> bool:
    """Return whether a value is computed and not used; calls and what a channel sends are."""
    while value.type == "parenthesized_expression" and value.named_child_count == 1:
        value = value.named_children[0]
    operator = value.child_by_field_name("operator") if value.type == "unary_expression" else None
    return value.type not in _CALLS and (operator is None or operator.type != "<-")


def _method(node: tree_sitter.Node) -> Iterator[bytes]:
    receiver, name = node.child_by_field_name("receiver"), node.child_by_field_name("name")
    if receiver is None or name is None or name.text == b"_":
        return
    kind = receiver.named_children[0].child_by_field_name("type") if receiver.named_children else None
    yield (kind.text or b"").lstrip(b"* ") + b"." + (name.text or b"") if kind is not None else name.text or b""


def _function(node: tree_sitter.Node) -> Iterator[bytes]:
    name = node.child_by_field_name("name")
    if name is not None and name.text not in (b"_", b"init"):
        yield name.text or b""


def _imports(node: tree_sitter.Node) -> Iterator[bytes]:
    """Yield the paths of imports without a name of their own: none of them is the name of something else."""
    for child in node.named_children:
        if child.type == "import_spec_list":
            yield from _imports(child)
        elif child.type == "import_spec" and child.child_by_field_name("name") is None:
            yield child.text or b""


_DECLARED = {
    **dict.fromkeys(("const_declaration", "type_declaration", "var_declaration"), declared),
    "function_declaration": _function,
    "import_declaration": _imports,
    "method_declaration": _method,
}
_DECLARATIONS = "(const_declaration) (function_declaration) (method_declaration) (type_declaration) (var_declaration)"
_TOP = f"{_DECLARATIONS} (import_declaration) (package_clause)"
_FUNCTION = "[(func_literal) (function_declaration) (method_declaration)]"
_KEY = re.compile(rb"[\"'`0-9]\s*+:[^=]")
_SWITCH = "[(expression_switch_statement) (type_switch_statement)] @bad"
_SEVERAL = '(expression_list "," (_)) @bad'
_LABELS = re.compile(rb"(?:break|continue|goto)[ \t]+\w")
_LOOPS = frozenset({"for_statement"})
_NO_LOOP = "there is no loop around it"
_NUMBERS = "[(int_literal) (float_literal) (interpreted_string_literal)]"
_SWITCHES = ("expression_switch_statement", "type_switch_statement", "select_statement")

GO = SyntaxRules(
    definitions="""
        (function_declaration) @definition
        (method_declaration) @definition
        (type_declaration) @definition
        (var_spec value: (expression_list (func_literal))) @definition
    """,
    shown_by=re.compile(rb"\b(?:func|type)\b"),
    refused=(
        only_at_top("source_file", _TOP_LEVEL),
        Refusal("named and unnamed parameters are mixed", "(parameter_list) @bad", when=_is_mixed),
        Refusal(
            "only a variable can be declared",
            "(short_var_declaration left: (expression_list"
            " [(call_expression) (index_expression) (parenthesized_expression) (selector_expression)"
            " (unary_expression)] @bad))",
        ),
        Refusal(
            "only a variable can be assigned to",
            '(assignment_statement left: (expression_list (unary_expression operator: ["-" "+" "!" "^" "&"]) @bad))',
        ),
        *(Refusal("it calls no function", f"({kind}_statement (_) @bad)", _CALLS) for kind in ("defer", "go")),
        Refusal("too many variables to loop with", "(range_clause left: (expression_list (_) (_) (_)) @bad)"),
        Refusal(
            "an operator has no operand",
            '(unary_expression operator: ["+" "-" "&"] @bad)',
            when=_touches_its_like,
        ),
        Refusal("a value is not used", "(expression_statement . (_) @bad)", when=_is_no_statement),
        Refusal("there is no power", f'(unary_expression operator: "*" operand: {_NUMBERS}) @bad'),
        Refusal(
            "comparisons in a row",
            '(binary_expression left: (binary_expression operator: ["<" "<=" ">" ">="])'
            ' operator: ["<" "<=" ">" ">="]) @bad',
        ),
        Refusal(
            "imports stand before all else",
            f"(source_file [{_DECLARATIONS}] (import_declaration) @bad)",
        ),
        Refusal(
            "only the last parameter stands for many",
            "(parameter_list (variadic_parameter_declaration) @bad"
            " . [(parameter_declaration) (variadic_parameter_declaration)])",
        ),
        *(Refusal("'default' is there twice", f"({kind} (default_case) (default_case) @bad)") for kind in _SWITCHES),
        Refusal(_NO_LOOP, "(break_statement) @bad", outside=_LOOPS | frozenset(_SWITCHES), up_to=FUNCTIONS),
        Refusal(_NO_LOOP, "(continue_statement) @bad", outside=_LOOPS, up_to=FUNCTIONS),
        Refusal(
            "only a variable can be assigned to",
            "(assignment_statement left: (expression_list (call_expression) @bad))",
        ),
        Refusal(
            TWICE,
            "[(function_declaration) (method_declaration) (func_literal)] @bad",
            when=repeats_a_parameter,
        ),
        Refusal(TWICE, "(source_file) @bad", when=Twice(_DECLARED)),
        Refusal(TWICE, "(field_declaration_list) @bad", when=Twice({"field_declaration": fields("name")})),
        Refusal(TWICE, "(interface_type) @bad", when=Twice({"method_elem": fields("name")})),
        Refusal(TWICE, "(statement_list) @bad", when=declares_nothing_new),
        Refusal(
            "there is no such label",
            "[(break_statement (label_name) @bad) (continue_statement (label_name) @bad)"
            " (goto_statement (label_name) @bad)]",
            when=without_label(FUNCTIONS),
            shown_by=_LABELS,
        ),
        Refusal(
            "the label is not that of a loop around it",
            "[(break_statement (label_name)) (continue_statement (label_name))] @bad",
            when=leaves_what_is_not_around,
        ),
        Refusal("the label is not used, or there twice", "(labeled_statement) @bad", when=is_unused_label),
        Refusal("no other case follows", "(fallthrough_statement) @bad", when=falls_nowhere),
        Refusal("a case is there twice", _SWITCH, when=has_case_twice),
        Refusal("a key is there twice", "(literal_value) @bad", when=has_key_twice, shown_by=_KEY),
        Refusal("the package stands before all else", f"(source_file [{_TOP}] (package_clause) @bad)"),
        Refusal("the function returns no value", f"{_FUNCTION} @bad", when=returns_wrongly),
        Refusal("the function ends without a value", f"{_FUNCTION} @bad", when=ends_without_return),
        *(
            Refusal("not as many values as variables", f"({kind} {_SEVERAL})", when=assigns_other_number)
            for kind in ("assignment_statement", "short_var_declaration", "var_spec")
        ),
        Refusal(
            "not as many values as variables",
            '(var_spec (identifier) . "," value: (_) @bad)',
            when=assigns_other_number,
        ),
        Refusal("a constant has no value", "(const_declaration . (const_spec !value) @bad)"),
        escapes(_ESCAPE % '"'),
        escapes(rf"'(?:[^\\]|{_ESCAPE % chr(39)})'", "(rune_literal) @bad"),
    ),
    separators=with_semicolons,
    rewrites=(
        # A semicolon may be left out before the bracket that closes a group.
        rewrite("const", r"\bconst\s*\((?:[^()]|\((?:[^()]|\([^()]{0,99}\)){0,99}\)){1,2000}()\)", ";"),
        rewrite("var", r"\bvar\s*\((?:[^()]|\((?:[^()]|\([^()]{0,99}\)){0,99}\)){1,2000}()\)", ";"),
    ),
)
