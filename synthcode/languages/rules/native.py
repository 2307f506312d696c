"""Rules for Rust."""

from __future__ import annotations

import re

from synthcode.languages.rules.model import Refusal, SyntaxRules, only_at_top, rewrite

_RUST_TOP_LEVEL = (
    "associated_type",
    "attribute_item",
    "block_comment",
    "const_item",
    "empty_statement",
    "enum_item",
    "expression_statement",  # a macro that ends with a semicolon
    "extern_crate_declaration",
    "foreign_mod_item",
    "function_item",
    "function_signature_item",
    "impl_item",
    "inner_attribute_item",
    "line_comment",
    "macro_definition",
    "macro_invocation",
    "mod_item",
    "shebang",
    "static_item",
    "struct_item",
    "trait_item",
    "type_item",
    "union_item",
    "use_declaration",
)
_RUST_ESCAPE = r"""^\\\\([nrt0\\\\'\"\\s]|x[0-9A-Fa-f]{2}|u[{][0-9A-Fa-f_]{1,8}[}])"""
_RUST_COMPARISON = '["==" "!=" "<" "<=" ">" ">="]'
_RUST_CAST = "(type_cast_expression type: [(primitive_type) (type_identifier) (scoped_type_identifier)])"
_RUST_BODIES = ("block", "declaration_list", "enum_variant_list", "field_declaration_list", "source_file")
_RUST_FUNCTIONS = frozenset({"async_block", "closure_expression", "function_item"})
_NOTHING_FOLLOWS = "it documents nothing"
_CAST = "'<' after a cast starts the arguments of a type"
_MACRO = "a macro needs braces or a semicolon here"

RUST = SyntaxRules(
    definitions="""
        (function_item) @definition
        (struct_item) @definition
        (enum_item) @definition
        (trait_item) @definition
        (union_item) @definition
        (impl_item) @definition
    """,
    shown_by=re.compile(rb"\b(?:fn|struct|enum|trait|union|impl)\b"),
    refused=(
        only_at_top("source_file", _RUST_TOP_LEVEL),
        Refusal(
            "an expression stands outside of a function",
            "(source_file (expression_statement . (_) @bad))",
            frozenset({"macro_invocation"}),
        ),
        Refusal(_MACRO, '(source_file (macro_invocation (token_tree) @bad) (#not-match? @bad "^[{]"))'),
        *(
            Refusal(
                _MACRO,
                f"(block (macro_invocation (token_tree) @bad) {comment} . (_) @next"
                r' (#not-match? @bad "^[{]") (#not-match? @next "^/[/*]"))',
            )
            for comment in ("", ". [(line_comment) (block_comment)]")
        ),
        Refusal(
            "comparisons in a row",
            f"(binary_expression left: (binary_expression operator: {_RUST_COMPARISON})"
            f" operator: {_RUST_COMPARISON}) @bad",
        ),
        Refusal(_CAST, f'(binary_expression left: {_RUST_CAST} operator: ["<" "<<"]) @bad'),
        Refusal(_CAST, f'(binary_expression left: (binary_expression right: {_RUST_CAST}) operator: ["<" "<<"]) @bad'),
        Refusal("a range is written '..=' or '..'", '(range_expression "..." @bad)'),
        Refusal(
            "a parameter has no type",
            "(function_item parameters: (parameters (_) @bad))",
            frozenset({"attribute_item", "block_comment", "line_comment", "parameter", "self_parameter"})
            | {"variadic_parameter"},
        ),
        Refusal(
            "'self' is not the first parameter", "(parameters [(parameter) (self_parameter)] (self_parameter) @bad)"
        ),
        *(Refusal(_NOTHING_FOLLOWS, f"({body} (attribute_item) @bad .)") for body in _RUST_BODIES),
        *(Refusal(_NOTHING_FOLLOWS, f"({body} (line_comment outer: (_)) @bad .)") for body in _RUST_BODIES),
        *(Refusal(_NOTHING_FOLLOWS, f"({body} (block_comment outer: (_)) @bad .)") for body in _RUST_BODIES),
        Refusal("there is no such escape", f'((escape_sequence) @bad (#not-match? @bad "{_RUST_ESCAPE}"))'),
        Refusal("there is no such escape", r"""((char_literal) @bad (#match? @bad "^b?'\\\\[^nrt0\\\\'\"xu]"))"""),
        Refusal(
            "there is no loop around it",
            '[(break_expression . "break" .) (continue_expression . "continue" .)] @bad',
            outside=frozenset({"for_expression", "loop_expression", "while_expression"}),
            up_to=_RUST_FUNCTIONS,
        ),
    ),
    rewrites=(rewrite("safe ", r"\b(safe)\s+(?:fn|static)\b"),),
)
