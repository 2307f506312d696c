"""Rules for JavaScript, TypeScript and PHP."""

from __future__ import annotations

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
    r"[;{}\n][ \t]{0,40}(?:@[\w.]{1,99}(?:\([^()\n]{0,99}\))?\s+){0,4}"
    r"(?:(?:static|public|private|protected|readonly|override|abstract)\s+){0,4}(accessor)[ \t]+[\w#$\[]"
)
_USING = (rewrite(r"(?:^|[;{}(])\s*(await)\s+using\s+[\w$]"), rewrite(r"(?:^|[;{}(])\s*(using)[ \t]+[\w$]", "const"))

JAVASCRIPT = SyntaxRules(
    definitions=_DEFINITIONS,
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
    includes=frozenset({"javascript"}),
    rewrites=(
        _ACCESSOR,
        *_USING,
        rewrite(r"[<,]\s*(?:const\s+)?(in\s+out|in|out)\s+[A-Z_a-z]"),
        rewrite(r"\bexport\s+(type)\s+\*"),
        rewrite(r"\b(?:const|let|var)\s+(as)\b", "_s"),
        rewrite(r"[=(,:?\[]\s*(as)\s+as\b", "_s"),
    ),
)

PHP = SyntaxRules(
    definitions="""
        (function_definition) @definition
        (method_declaration) @definition
        (class_declaration) @definition
        (interface_declaration) @definition
        (trait_declaration) @definition
        (enum_declaration) @definition
        (assignment_expression right: [(anonymous_function) (arrow_function)]) @definition
    """,
    words=(Refusal(_WORD, "(program (named_label_statement) @bad .)"),),
    refused=(
        Refusal("there is text before the code", r'(program . (text) @bad (php_tag) (#match? @bad "\\S"))'),
        Refusal("no variable to loop with", "(foreach_statement (_) . [(name) (binary_expression)] @bad)"),
        Refusal("no variable to loop with", "(foreach_statement (pair [(name) (binary_expression)] @bad))"),
    ),
    opening=b"<?php\n",
    # To PHP, a file whose tag is spelt wrongly is text without code in it: sound, and without a definition.
    opened=rb"<\?(?:php\b|=)|\A\s*(?:(<\?)(?=\s)|<php\b|\?php\b)",
)
