"""Rules for Python and Ruby."""

from __future__ import annotations

from synthcode.languages.rules.model import Refusal, SyntaxRules, words

PYTHON = SyntaxRules(
    definitions="""
        (function_definition) @definition
        (class_definition) @definition
        (assignment right: (lambda)) @definition
    """
)
"""Whether a text is Python is for Python's own parser and compiler to say; see ``gate.python_syntax``."""

_PROSE = "words follow one another"
_VOID = "'return' has no value"
_WORD = "a single word stands outside of a method"
_STRAY = "a keyword stands where a value should"
_KEYWORDS = words(
    "alias and begin case class def do else elsif end ensure for if in module not or rescue then undef unless until"
    " when while"
)
_PLACES = (
    *("argument_list", "array", "assignment", "begin", "binary", "block_body", "body_statement", "do", "else", "for"),
    *("if", "parenthesized_statements", "program", "then", "unless", "while"),
)
"""Positions in which an identifier is a variable or a call, not a member after a dot: ``range.end`` is valid."""

RUBY = SyntaxRules(
    definitions="""
        (method) @definition
        (singleton_method) @definition
        (class) @definition
        (module) @definition
        (assignment right: (lambda)) @definition
        (assignment right: (call method: (identifier) @lambda) (#any-of? @lambda "lambda" "proc")) @definition
    """,
    words=(
        Refusal(_WORD, '(program . (identifier) @bad (#not-any-of? @bad "private" "public"))'),
        Refusal(_WORD, "(program . (call !receiver method: (constant) @bad arguments: (argument_list (identifier))))"),
        Refusal(_WORD, "(program (unary operand: (identifier)) @bad)"),
        Refusal(_WORD, "(program (binary left: (unary operand: (identifier)) @bad))"),
    ),
    refused=(
        Refusal(
            _PROSE,
            "(call arguments: (argument_list . (call arguments: (argument_list . (call arguments: (argument_list) @c))"
            ' @b)) @bad (#not-match? @bad "^[(]") (#not-match? @b "^[(]") (#not-match? @c "^[(]"))',
        ),
        Refusal(
            _PROSE,
            "((argument_list (_) . (call arguments: (argument_list) @inner) @bad) @outer"
            ' (#match? @outer "^[(]") (#not-match? @inner "^[(]"))',
        ),
        Refusal(_PROSE, '(array (call arguments: (argument_list) @inner) @bad (#not-match? @inner "^[(]"))'),
        Refusal(_PROSE, r'((rational) @bad (#match? @bad "\\s"))'),
        *(Refusal(_STRAY, f"({place} (identifier) @bad (#any-of? @bad {_KEYWORDS}))") for place in _PLACES),
        Refusal(_STRAY, f"(call !receiver method: (identifier) @bad (#any-of? @bad {_KEYWORDS}))"),
        Refusal("a variable is called", "(call method: [(instance_variable) (class_variable) (global_variable)] @bad)"),
        Refusal(_VOID, "(call receiver: (return) @bad)"),
        Refusal(
            _VOID,
            "(binary left: (return) @bad operator:"
            ' ["==" "!=" "<" ">" "<=" ">=" "<=>" "===" "=~" "&&" "||" "|" "^" "/"])',
        ),
        Refusal(_VOID, "(conditional condition: (return) @bad)"),
        Refusal("'==' in a row", '(binary operator: "==" right: (binary operator: "==") @bad)'),
        Refusal("'==' in a row", '(binary operator: "==" left: (binary operator: "==") @bad)'),
        Refusal(
            "'else' without 'rescue'", '(body_statement (_) @before . (else) @bad (#not-match? @before "^rescue"))'
        ),
        Refusal(
            "a pattern has no such option",
            '((regex) @bad (#match? @bad "/(?:[imnosuxe]*[a-df-hj-lp-rtvwyz]|[a-z]*[^a-z/])[a-z]*$"))',
        ),
    ),
    regex="(regex) @regex",
    nested_classes=True,
)
