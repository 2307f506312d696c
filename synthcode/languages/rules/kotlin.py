"""Rules for Kotlin."""

from __future__ import annotations

import re

import tree_sitter

from synthcode.languages.rules.literals import BACKSLASH, NO_ESCAPE, OPEN, TEN_DIGITS, above, escapes, like
from synthcode.languages.rules.model import (
    C_COMMENT,
    C_QUOTED,
    FOREIGN,
    FOREIGN_TYPES,
    Refusal,
    SyntaxRules,
    only_at_top,
    rewrite,
    words,
)

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

_NAMES = "abstract|external|final|infix|inline|internal|open|override|private|protected|public|sealed|tailrec|vararg"
_MEMBER_MODIFIERS = (
    "abstract|companion|const|inline|inner|internal|lateinit|open|operator|override|private|protected|public|suspend"
)
_MODIFIERS = (
    "abstract|actual|annotation|class|const|data|enum|expect|external|final|fun|infix|inline|inner|interface|internal"
    "|lateinit|object|open|operator|override|private|protected|public|sealed|suspend|tailrec|val|value|var"
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


def _is_no_escape(content: tree_sitter.Node) -> bool:
    """Return whether a part of a string is an escape that Kotlin does not know; of a known one it is not a part."""
    text = content.text or b""
    if text == b"\\u":
        after = content.next_sibling
        return after is None or re.match(rb"[0-9A-Fa-f]{4}", after.text or b"") is None
    return text.startswith(b"\\")


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
        Refusal("'=' or ':' is missing", "(block (property_declaration (user_type) . (variable_declaration)) @bad)"),
    ),
    rewrites=(
        # Without a line break the grammar misses the end of the last member of a class.
        rewrite("}", r"()\}", "\r", shown_by=r"[^ \t\n][ \t]*+\}"),
        # A member of a class on the line of the one before it.
        rewrite(
            "}",
            rf"\}}([ \t]{{1,40}})(?:(?:{_MEMBER_MODIFIERS})\s+){{0,4}}(?:fun\s+\S|init\s*\{{|constructor\s*\()",
            "\r",
        ),
        rewrite(
            "}", rf"\}}([ \t]{{1,40}})(?:(?:{_MEMBER_MODIFIERS})\s+){{1,4}}(?:val|var|class|object|interface)\b", "\r"
        ),
        rewrite("fun", r"\bfun\s*\(\s*(\w{1,80}(?:\s*,\s*\w{1,80}){0,9})\s*\)"),  # a function without a name or types
        # A modifier as a name.
        rewrite(
            "", rf"(?<![\w.])({_NAMES})[ \t]{{0,40}}(?:[-+*/%=.,;:?&|!<>)\]\[{{}}(]|\n\s*[}}.]|(?:in|is|as|to)\b)", "x"
        ),
        # Words that are modifiers or types to the grammar wherever they stand.
        rewrite("dynamic", r"\b(dynamic)\b", "dynami_"),
        rewrite("suspend", rf"\b(suspend)\b(?!\s*\(|\s+(?:{_MODIFIERS})\b)", "suspen_"),
        rewrite("suspend", r"(?:\bfun\s+|[\w)\]]\??\.|[;{=]\s*)(suspend)\s*\([^()]{0,300}\)(?!\s*->)", "suspen_"),
        rewrite("catch", r"\}[ \t]{0,40}(\n)\s*(?:catch|finally)\b", "/*\n*/"),  # the second one on a line of its own
        rewrite("->", r"\{\s*\([\w\s,:<>?]{1,200}\)(\s*:\s*[\w\s,.<>?]{1,200})->"),  # a type of several parameters
        rewrite(".", r"[\w)\]}]\s*(\??\.)\s*(?:\(\s*[^\s(),][^(),]{0,200}\)|\{)"),  # a value in place of a member
        rewrite("->", r"\b(else\s+if)\b[^\n{};]{1,300}->"),
        rewrite("->", r"[\w)\]\"']\s+(if)\b[^\n{};]{1,300}->", ","),  # guards of a branch
        rewrite(
            "context",
            rf"(?:^|[;{{}}])\s*(context\s*\((?:[^()]|\([^()]{{0,200}}\)){{1,300}}\))\s*(?:@|(?:{_MODIFIERS})\b)",
        ),
        rewrite("context", r"[:(,<=]\s*(context\s*\([^()]{1,200}\))\s*(?:[\w.<>?]{1,99}\s*\.\s*)?\("),
        rewrite("$", r"(\${1,16})\""),
        rewrite("@all", r"@(all):\s*\w", "get"),
    ),
    between=b";",
    literals=re.compile(C_COMMENT + rb"|\"\"\".*?(?:\"\"\"|\Z)|" + C_QUOTED, re.DOTALL),
)
