"""Rules for Python and Ruby."""

from __future__ import annotations

import re

from synthcode.languages.rules.model import Refusal, SyntaxRules, rewrite, words
from synthcode.languages.rules.shared.literals import like

PYTHON = SyntaxRules(
    definitions="""
        (function_definition) @definition
        (class_definition) @definition
        (assignment right: (lambda)) @definition
    """,
    shown_by=re.compile(rb"\b(?:def|class|lambda)\b"),
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

_RUBY_METHODS = frozenset({"method", "singleton_method"})
_RUBY_TYPES = frozenset({"class", "module", "singleton_class"})
_RUBY_LOOPS = frozenset(
    {"block", "do_block", "for", "lambda", "until", "until_modifier", "while", "while_modifier", "begin_block"}
)
_DECLARING = words("auto bool boolean char const double dynamic final float int let long string val var")
_ENDLESS = r"def[ \t][^\n]{0,400}="
_COMMAND = r"def(?<!\wdef)[ \t]+[\w.]{1,80}[?!]?(?:\([^()\n]{0,200}\))?[ \t]*"

RUBY = SyntaxRules(
    definitions="""
        (method) @definition
        (singleton_method) @definition
        (class) @definition
        (module) @definition
        (assignment right: (lambda)) @definition
        (assignment right: (call method: (identifier) @lambda) (#any-of? @lambda "lambda" "proc")) @definition
    """,
    shown_by=re.compile(rb"\bend\b|->|\b(?:lambda|proc)\b|\bdef\b[^\n]*="),
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
        Refusal("an argument is there twice", "[(method_parameters) (block_parameters)] @bad", repeats=True),
        *(
            Refusal("a constant is assigned in a method", pattern, within=_RUBY_METHODS, up_to=_RUBY_TYPES)
            for pattern in (
                "(assignment left: [(constant) (scope_resolution)] @bad)",
                "(operator_assignment left: (constant) @bad)",
                "(left_assignment_list (constant) @bad)",
            )
        ),
        Refusal("a class is defined in a method", "[(class) (module)] @bad", within=_RUBY_METHODS, up_to=_RUBY_TYPES),
        Refusal("this cannot be assigned to", "(assignment left: [(self) (nil) (true) (false)] @bad)"),
        Refusal("this cannot be assigned to", '(assignment left: (identifier) @bad (#match? @bad "^_[1-9]$"))'),
        Refusal(
            "a keyword of another language calls a method",
            "(call !receiver method: (identifier) @bad arguments: (argument_list (assignment))"
            f" (#any-of? @bad {_DECLARING}))",
        ),
        Refusal(
            "a keyword of another language calls a method",
            '(call !receiver method: (identifier) @bad arguments: (_) (#any-of? @bad "elif" "elseif"))',
        ),
        Refusal("an argument is there twice", "(lambda_parameters) @bad", repeats=True),
        *(
            Refusal("only one parameter stands for the others", f"(method_parameters ({kind}) ({kind}) @bad)")
            for kind in ("splat_parameter", "hash_splat_parameter", "block_parameter")
        ),
        Refusal("the block is not the last parameter", "(method_parameters (block_parameter) . (_) @bad)"),
        Refusal(
            "parameters by name stand before others",
            "(method_parameters [(hash_splat_parameter) (keyword_parameter)]"
            " . [(identifier) (optional_parameter) (splat_parameter)] @bad)",
        ),
        Refusal("'elsif' in 'unless'", "(unless alternative: (elsif) @bad)"),
        Refusal("'else' without 'rescue'", "(method body: (body_statement . (else) @bad))"),
        Refusal("'BEGIN' in a method", "(begin_block) @bad", within=_RUBY_METHODS, up_to=frozenset()),
        Refusal("a block is given twice", "(call arguments: (argument_list (block_argument)) block: (_)) @bad"),
        Refusal(
            "parameters with values stand apart",
            "(method_parameters (optional_parameter) (identifier) (optional_parameter) @bad)",
        ),
        Refusal(_VOID, "(assignment right: (return) @bad)"),
        Refusal(
            "'return' in the body of a class",
            "(return) @bad",
            within=frozenset({"class", "module"}),
            up_to=_RUBY_METHODS | {"block", "do_block", "lambda", "singleton_class"},
        ),
        Refusal(
            "the number has a digit beyond 7",
            "(integer) @bad",
            when=like(r"0[0-7_]*[89][0-9_]*"),
            shown_by=re.compile(rb"0(?<![\w.]0)[0-9_]"),
        ),
        Refusal("'yield' outside of a method", "(yield) @bad", outside=_RUBY_METHODS),
        Refusal("there is no loop or block around it", "[(break) (next) (redo)] @bad", outside=_RUBY_LOOPS),
        Refusal("'retry' without 'rescue'", "(retry) @bad", outside=frozenset({"rescue", "rescue_modifier"})),
    ),
    regex="(regex) @regex",
    regex_options="eimnosux",
    heredocs=True,
    end=re.compile(rb"__END__(?<![^\n]__END__)\r?$", re.MULTILINE),
    literals=re.compile(
        rb"#[^\n]*|\"[^\"\\]*+(?:\\.[^\"\\]*+)*+\"?|'[^'\\]*+(?:\\.[^'\\]*+)*+'?|\?(?P<other>(?<!\w\?).)",
        re.DOTALL,
    ),
    rewrites=(  # an endless method whose body is a command
        rewrite(
            "def ",
            _COMMAND + r"=[ \t]+[a-z_]\w{0,80}[?!]?[ \t]+[^\s=.&|<>*/%+-][^\n]{0,200}()$",
            ";end",
            shown_by=_ENDLESS,
        ),
        rewrite("def ", _COMMAND + r"(=)[ \t][^\n]{1,300};end$", ";", shown_by=_ENDLESS),
    ),
)
