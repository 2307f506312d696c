"""Rules for JavaScript and TypeScript."""

from __future__ import annotations

import re

from synthcode.languages.rules.model import Refusal, SyntaxRules, rewrite

_FUNCTION_VALUES = "[(arrow_function) (function_expression) (generator_function) (class)]"
_DEFINITIONS = f"""
    (function_declaration) @definition
    (generator_function_declaration) @definition
    (class_declaration) @definition
    (method_definition) @definition
    (variable_declarator value: {_FUNCTION_VALUES}) @definition
    (assignment_expression right: {_FUNCTION_VALUES}) @definition
    (pair value: {_FUNCTION_VALUES}) @definition
    (export_statement value: {_FUNCTION_VALUES}) @definition
"""
_SPACES = "\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
_NAMELESS = "a function statement needs a name"
_WORD = "a single word stands outside of a function"
_TARGET = "this cannot be assigned to"
_REFUSED = (
    Refusal(_NAMELESS, "(expression_statement [(function_expression) (class)] @bad)"),
    Refusal(_NAMELESS, "(expression_statement (binary_expression left: (function_expression) @bad))"),
    Refusal(_NAMELESS, "(expression_statement (call_expression function: (function_expression) @bad))"),
    Refusal("a label has no statement", "(labeled_statement body: [(class_declaration) (lexical_declaration)] @bad)"),
    Refusal(_TARGET, "(binary_expression (assignment_expression) @bad)"),
    Refusal(_TARGET, "(unary_expression (assignment_expression) @bad)"),
    Refusal(
        _TARGET, "(update_expression argument: [(function_expression) (unary_expression) (update_expression)] @bad)"
    ),
    Refusal("an argument is missing", '(arguments . "(" . "," @bad)'),
    Refusal("an argument is missing", '(arguments "," . "," @bad)'),
)

_WORDS = (
    Refusal(_WORD, "(program (expression_statement [(identifier) (unary_expression argument: (identifier))] @bad))"),
    Refusal(_WORD, "(program (expression_statement (binary_expression left: (unary_expression (identifier)) @bad)))"),
    Refusal(_WORD, "(program (labeled_statement body: (expression_statement [(identifier) (number)] @bad)))"),
)

_ACCESSOR = rewrite(
    "accessor",
    r"[;{}\n][ \t]{0,40}(?:@[\w.]{1,99}(?:\([^()\n]{0,99}\))?\s+){0,4}"
    r"(?:(?:static|public|private|protected|readonly|override|abstract)\s+){0,4}(accessor)[ \t]+[\w#$\[]",
)
_USING = (
    rewrite("using", r"(?:^|[;{}(])\s*(await)\s+using\s+[\w$]"),
    rewrite("using", r"(?:^|[;{}(])\s*(using)[ \t]+[\w$]", "const"),
)

JAVASCRIPT = SyntaxRules(
    definitions=_DEFINITIONS,
    shown_by=re.compile(rb"[{]|=>"),
    words=_WORDS,
    rewrites=(_ACCESSOR,),
    spaces=_SPACES,
)
"""What its grammar lets through, an engine finds; see ``gate.javascript_syntax``."""

TYPESCRIPT = SyntaxRules(
    definitions=f"""
        {_DEFINITIONS}
        (abstract_class_declaration) @definition
        (interface_declaration) @definition
        (enum_declaration) @definition
        (type_alias_declaration) @definition
    """,
    shown_by=re.compile(rb"[{]|=>|\btype\b"),
    words=_WORDS,
    refused=(
        *_REFUSED,
        Refusal("a power of a negative needs parentheses", '(binary_expression left: (unary_expression) @bad "**")'),
        Refusal(
            "a variable has no name",
            '(for_statement initializer: (assignment_expression left: (identifier) @bad) (#eq? @bad "let"))',
        ),
    ),
    spaces=_SPACES,
    # Its parser takes a declaration of nothing; that is found where types are checked.
    overlooked='(program . (comment)* . (ERROR . ["const" "let" "var"] .) @overlooked .)',
    overlooked_end=re.compile(rb"(?:const|let|var)\s*+\Z"),
    includes=frozenset({"javascript"}),
    rewrites=(
        _ACCESSOR,
        *_USING,
        rewrite("out ", r"[<,]\s*(?:const\s+)?((?:in\s+)?out)\s+[A-Z_a-z]"),
        rewrite("in ", r"[<,]\s*(?:const\s+)?(in)\s+[A-Z_a-z]", shown_by=r"(?:<|,|const)\s*+(?:in\s|/)"),
        rewrite("import", r"(import\s*\(\s*[\"'][^\"'\n]{0,200}[\"']\s*\))\s*[.<]", "_"),
        # Members of a type that a line break ends, before one that begins with a bracket.
        rewrite(">(", r"[\w>\])}\"']()[ \t]{0,40}\n[\s]*+<[^;{}()]{1,300}>\s*\(", ";"),
        rewrite("=>", r"[\w>\])}\"']()[ \t]{0,40}\n[\s]*+\((?:\)|(?:readonly\s+|\.\.\.)?\w{1,80}\s*[?:])", ";"),
        rewrite("type *", r"\bexport\s+(type)\s+\*"),
        rewrite(
            ":",
            r"[\[,]\s*(symbol|string|number|boolean|object|unknown|never|any)\s*\??\s*:",
            "_",
            shown_by=r"[\[,]\s*+(?:symbol|string|number|boolean|object|unknown|never|any)\b",
        ),  # of a tuple
        rewrite("using", r"\b(using)\b(?=\s*[-+*/%=.,;:?&|!<>)(\]])", "usin_"),
        rewrite("abstract", r"(?:^|[;{}(,])\s*(abstract)\s*(?:[-+*/%?]?=(?![=>])|[:;,)\]])", "abstrac_"),
        rewrite("accessor", r"[;{}\n]\s*(accessor)\s*[=:;]", "accesso_"),
        rewrite("defer", r"\bimport\s+(defer)\s+\*"),
        rewrite("`", r"[\w)\]]`([^`]{1,2000})`"),  # escapes of a template whose tag reads it raw
        rewrite("as ", r"\b(?:const|let|var)\s+(as)\b", "_s"),
        rewrite("as as", r"[=(,:?\[]\s*(as)\s+as\b", "_s"),
    ),
)
