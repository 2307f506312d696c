"""Rules for Kotlin."""

from __future__ import annotations

import re
from collections.abc import Iterator

import tree_sitter

from synthcode.languages.rules.kotlin.conditions import (
    DECLARED_ELSEWHERE,
    UNTYPED,
    goes_on_after_else,
    is_no_member,
    is_repeated,
    lacks_type_and_value,
    types,
)
from synthcode.languages.rules.kotlin.rewrites import REWRITES
from synthcode.languages.rules.model import (
    C_COMMENT,
    C_QUOTED,
    FOREIGN,
    FOREIGN_TYPES,
    Refusal,
    SyntaxRules,
    only_at_top,
    words,
)
from synthcode.languages.rules.shared.declarations import TWICE, Names, Signature, Twice, children
from synthcode.languages.rules.shared.literals import BACKSLASH, NO_ESCAPE, OPEN, TEN_DIGITS, above, escapes, like

_TOP_LEVEL = (
    "anonymous_function",  # a function that lost its name is refused where names are resolved, not by the parser
    "block_comment",
    "class_declaration",
    "file_annotation",
    "function_declaration",
    "import",
    "line_comment",
    "object_declaration",
    "package_header",
    "property_declaration",
    "shebang",
    "type_alias",
)
_COMMENTS = frozenset({"block_comment", "line_comment"})
_ANNOTATED = frozenset(
    {"class_declaration", "function_declaration", "object_declaration", "property_declaration", "type_alias"}
)
_KEYWORDS = words(
    "as break class continue do else false for fun if in interface is null object package return super this throw true"
    " try typealias typeof val var when while"
)
"""Words that are never names, not even after a dot, unless they stand between backticks."""
_STATEMENTS = words("break continue for fun if return throw val var when while")
"""Not ``else``: after a semicolon the grammar takes the one of an ``if`` for an operator."""
_OTHERS_OPERATORS = words("elif elsif elseif instanceof typeof unless")
"""Words of other languages, which read as calls of functions between their operands."""
_ASSIGNED = frozenset(
    {"annotated_expression", "identifier", "index_expression", "labeled_expression", "navigation_expression"}
    | {"parenthesized_expression", "super_expression", "this_expression"}
)
"""What can stand before ``=``, as far as a parser can say."""
_TARGET = "this cannot be assigned to"
_OPERATIONS = (
    "assignment",
    "binary_expression",
    "infix_expression",
    "parenthesized_expression",
    "property_declaration",
)

_OPERATOR_BEGINS_LINE = re.compile(
    rb"""
    \n[^\S\n]*+(?:[%<>]|==|!=|/(?![/*]))
    # A star begins the lines of comments, too: then the line before is one of a comment that goes on.
  | ^(?![^\S\n]*+(?:\*(?!/)|/\*(?!(?:[^*\n]|\*(?!/))*+\*/)))[^\n]*+\n[^\S\n]*+\*
    """,
    re.MULTILINE | re.VERBOSE,
)


def _begins_line(operator: tree_sitter.Node) -> bool:
    """Return whether a line break ends the statement before an operator: between brackets it does not."""
    before = operator.prev_sibling
    if before is None or before.end_point.row == operator.start_point.row:
        return False
    node: tree_sitter.Node | None = operator
    while node is not None:
        is_closed = False
        sibling = node.prev_sibling
        while sibling is not None:
            if sibling.type in ("(", "[") and not is_closed:
                return False
            if sibling.type in ("{", "${"):
                return True
            is_closed = sibling.type in (")", "]")
            sibling = sibling.prev_sibling
        node = node.parent
    return True


def _is_no_annotation(node: tree_sitter.Node) -> bool:
    """Return False for an annotation with arguments whose declaration follows.

    The grammar may take its arguments for a value in parentheses that is annotated.
    """
    following: tree_sitter.Node | None = node
    if _declares(node):
        return False
    while following is not None and _is_annotation(following):
        following = following.next_named_sibling
        while following is not None and following.type in _COMMENTS:
            following = following.next_named_sibling
    return following is node or following is None or following.type not in _ANNOTATED


def _is_annotation(node: tree_sitter.Node) -> bool:
    while node.type == "annotated_expression" and node.named_child_count > 1:
        annotation, value = node.named_children[-2:]
        if value.type == "parenthesized_expression":
            return annotation.end_byte == value.start_byte
        node = value
    return False


def _declares(node: tree_sitter.Node) -> bool:
    """Return whether a function with an annotation is read as a word between operands: ``@A(1) fun f() {}``."""
    while node.type == "annotated_expression" and node.named_child_count > 1:
        annotation, value = node.named_children[-2:]
        if value.type == "infix_expression" and annotation.end_byte == value.start_byte:
            return value.named_children[1].text == b"fun"
        node = value
    return False


def _is_in_no_annotation(word: tree_sitter.Node) -> bool:
    around = word.parent and word.parent.parent
    return around is None or not _declares(around)


def _is_no_argument(spread: tree_sitter.Node) -> bool:
    """Return False for the argument of a call with types, which the grammar takes for a comparison: ``f<T>(*xs)``."""
    value = spread.parent
    return value is None or value.prev_sibling is None or value.prev_sibling.type != ">"


_LABEL = re.compile(rb"(?<!\w)(\w++)@")


def _has_no_such_label(word: tree_sitter.Node) -> bool:
    jump = word.parent
    name = jump.named_children[1].text if jump is not None else None
    node = jump
    while node is not None and node.parent is not None and node.type not in ("function_declaration", "class_body"):
        node = node.parent
    text = (node.text or b"") if node is not None else b""
    return name is not None and all(found[1] != name for found in _LABEL.finditer(text))


def _lacks_body(method: tree_sitter.Node) -> bool:
    """Return whether a method of a class has no body, and no modifier that allows it."""
    if any(child.type == "function_body" for child in method.named_children):
        return False
    head = method.named_children[0]
    modifiers = (head.text or b"") if head.type == "modifiers" else b""
    if re.search(rb"\b(?:abstract|actual|expect|external)\b", modifiers):
        return False
    owner = method.parent and method.parent.parent
    before = (owner.text or b"")[: (method.parent.start_byte - owner.start_byte)] if owner and method.parent else b""
    return re.search(rb"\b(?:interface|expect|external)\b", before) is None


def _is_no_escape(content: tree_sitter.Node) -> bool:
    """Return whether a part of a string is an escape that Kotlin does not know; of a known one it is not a part."""
    text = content.text or b""
    if text == b"\\u":
        after = content.next_sibling
        return after is None or re.match(rb"[0-9A-Fa-f]{4}", after.text or b"") is None
    return text.startswith(b"\\")


_LOOPS = frozenset({"do_while_statement", "for_statement", "while_statement"})
_FUNCTIONS = frozenset({"anonymous_function", "class_body", "enum_class_body", "function_declaration"})
_NO_LOOP = "there is no loop around it"
_LEAVES = re.compile(rb"break|continue")
_name_of_variable = children("variable_declaration", "identifier")


def _variable(declaration: tree_sitter.Node) -> Iterator[bytes]:
    """Yield the name that a declaration declares, if it extends no type."""
    if not any(child.type == "." for child in declaration.children):
        yield from _name_of_variable(declaration)


_VARIABLES: dict[str, Names] = {
    "property_declaration": _variable,
    "function_declaration": Signature("function_value_parameters", DECLARED_ELSEWHERE),
}
_TOP = {"class_declaration": types, "object_declaration": types, **_VARIABLES}
_PARAMETERS = {"parameter": children("identifier"), "class_parameter": children("identifier")}

KOTLIN = SyntaxRules(
    definitions="""
        (function_declaration) @definition
        (class_declaration) @definition
        (object_declaration) @definition
        (property_declaration (lambda_literal)) @definition
        (property_declaration (anonymous_function)) @definition
    """,
    shown_by=re.compile(rb"\b(?:fun|class|interface|object|va[lr])\b"),
    refused=(
        only_at_top("source_file", _TOP_LEVEL, _is_no_annotation),
        Refusal(FOREIGN, f"(user_type (identifier) @bad (#any-of? @bad {FOREIGN_TYPES}))"),
        Refusal("an index is empty", '(index_expression (_) . "[" . "]") @bad'),
        *(
            Refusal("an operand is missing", f"({place} (spread_expression) @bad)", when=_is_no_argument)
            for place in _OPERATIONS
        ),
        Refusal(
            "the language has no such word",
            f"(infix_expression (_) . (identifier) @bad (#any-of? @bad {_OTHERS_OPERATORS}))",
        ),
        Refusal(
            "an operator begins a line",
            '(binary_expression (_) . ["*" "/" "%" "<" ">" "<=" ">=" "==" "!="] @bad)',
            when=_begins_line,
            shown_by=_OPERATOR_BEGINS_LINE,
        ),
        Refusal(
            "a keyword stands between operands",
            f"(infix_expression (parenthesized_expression) . (identifier) @bad (#any-of? @bad {_STATEMENTS}))",
            when=_is_in_no_annotation,
        ),
        Refusal(
            "a keyword stands after a dot",
            f'(navigation_expression (_) ["." "?."] (identifier) @bad (#any-of? @bad {_KEYWORDS}))',
        ),
        escapes(r"""\\(?:[tbrn'"\\$]|u[0-9A-Fa-f]{4})"""),
        Refusal(NO_ESCAPE, "(string_literal (string_content) @bad)", when=_is_no_escape, shown_by=BACKSLASH),
        Refusal(OPEN, "(string_literal (string_content) @bad)", when=like(r"[^\n]*\n.*")),
        Refusal(
            "a number begins with zero",
            "(number_literal) @bad",
            when=like(r"0[0-9_]+[uUlL]*"),
            shown_by=re.compile(rb"0(?<!\w0)[0-9_]"),
        ),
        Refusal(
            "the number is too large",
            "(number_literal) @bad",
            when=like(rf"{above(2**63)}L?|{above(2**64)}[uU]L?"),
            shown_by=TEN_DIGITS,
        ),
        Refusal(_TARGET, '(assignment left: (_) @bad "=")', _ASSIGNED | {"return_expression"}),
        Refusal(_TARGET, '(assignment left: (return_expression (_) @bad) "=")', _ASSIGNED),
        Refusal(
            _NO_LOOP,
            '((identifier) @bad (#any-of? @bad "break" "continue"))',
            outside=_LOOPS,
            up_to=_FUNCTIONS,
            shown_by=_LEAVES,
        ),
        Refusal(
            "there is no such label",
            '(labeled_expression (label) @bad (#any-of? @bad "break@" "continue@") (identifier))',
            when=_has_no_such_label,
            shown_by=_LEAVES,
        ),
        Refusal(TWICE, "[(function_value_parameters) (class_parameters)] @bad", when=Twice(_PARAMETERS)),
        Refusal(TWICE, "[(block) (class_body)] @bad", when=Twice(_VARIABLES)),
        Refusal(TWICE, "(source_file) @bad", when=Twice(_TOP)),
        Refusal(
            "it cannot stand in the body of a class",
            "(class_declaration (enum_class_body (enum_entry) @bad))",
            when=is_no_member,
        ),
        Refusal(
            "a declaration has no type and no value",
            "(property_declaration) @bad",
            when=lacks_type_and_value,
            shown_by=UNTYPED,
        ),
        Refusal("a modifier is repeated", "(modifiers) @bad", when=is_repeated),
        Refusal("'else' is not the last branch", "(when_expression) @bad", when=goes_on_after_else),
        Refusal(TWICE, "(type_parameters) @bad", when=Twice({"type_parameter": children("identifier")})),
        Refusal(
            "a method has no body",
            "(class_declaration (class_body (function_declaration) @bad))",
            when=_lacks_body,
        ),
        Refusal("'else' without 'if'", '(block (call_expression . (identifier) @bad) (#eq? @bad "else"))'),
        Refusal("'=' or ':' is missing", "(block (property_declaration (user_type) . (variable_declaration)) @bad)"),
    ),
    rewrites=REWRITES,
    between=b";",
    literals=re.compile(C_COMMENT + rb"|\"\"\".*?(?:\"\"\"|\Z)|" + C_QUOTED, re.DOTALL),
)
