"""Rules for Rust."""

from __future__ import annotations

import re

import tree_sitter

from synthcode.languages.rules.model import C_COMMENT, Refusal, SyntaxRules, only_at_top, rewrite, words
from synthcode.languages.rules.shared.declarations import TWICE
from synthcode.languages.rules.shared.literals import unlike

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
_RUST_LITERALS = re.compile(
    C_COMMENT
    + rb"|r(?P<hashes>#{1,9})\".*?(?:\"(?P=hashes)|\Z)|\br\"[^\"]*+\"?|\"[^\"\\]*+(?:\\.[^\"\\]*+)*+\"?"
    + rb"|'(?:\\[^\n][^'\n]{0,9}|[^'\\\n\x80-\xff]|[\x80-\xff]{2,8})'",
    re.DOTALL,
)
"""A quote that is not closed opens a lifetime or a label."""
_RUST_CHARACTER = r"""b?'(?:[^\\\n\t']|\\[nrt0\\'"]|\\x[0-7][0-9A-Fa-f]|\\u[{][0-9A-Fa-f_]{1,8}[}])'"""
_RUST_BYTE = r"b'(?:[\x00-\x7f]|\\(?:[nrt0\\'\"]|x[0-9A-Fa-f]{2}))'"


def _lacks_async(await_: tree_sitter.Node) -> bool:
    """Return whether the function or closure around a node is not asynchronous."""
    node = await_.parent
    while node is not None and node.type not in _RUST_FUNCTIONS:
        node = node.parent
    if node is None or node.type == "async_block":
        return False
    body = node.child_by_field_name("body") or node
    head = (node.text or b"")[: body.start_byte - node.start_byte]
    return b"async" not in head


def _has_no_self(value: tree_sitter.Node) -> bool:
    """Return whether the function around a node has no parameter ``self``."""
    node = value.parent
    while node is not None and node.type != "function_item":
        node = node.parent
    parameters = node.child_by_field_name("parameters") if node is not None else None
    return parameters is not None and not any(b"self" in (child.text or b"") for child in parameters.named_children)


def _repeats_a_name(members: tree_sitter.Node) -> bool:
    """Return whether two parameters or fields have one name."""
    named = (
        child.child_by_field_name("pattern") or child.child_by_field_name("name") for child in members.named_children
    )
    names = [one.text for one in named if one is not None and one.type in ("field_identifier", "identifier")]
    return len(names) > len(set(names))


def _has_no_such_label(label: tree_sitter.Node) -> bool:
    node = label.parent and label.parent.parent
    while node is not None and node.type not in _RUST_FUNCTIONS:
        if node.type == "macro_invocation" or any(
            child.type == "label" and child.text == label.text for child in node.named_children
        ):
            return False
        node = node.parent
    return True


def _repeats_an_item(members: tree_sitter.Node) -> bool:
    """Return whether two functions, types or variants have one name; attributes may leave one of them out."""
    seen: set[tuple[bool, bytes | None]] = set()
    for child in members.named_children:
        if child.type in ("attribute_item", "inner_attribute_item", "macro_invocation"):
            return False
        name = child.child_by_field_name("name") if child.type in _RUST_ITEMS else None
        key = (child.type == "function_item", name.text if name is not None else None)
        if name is not None and key in seen:
            return True
        seen.add(key)
    return False


_RUST_ITEMS = frozenset({"enum_item", "enum_variant", "function_item", "struct_item", "trait_item", "union_item"})
_KEYWORDS = words(
    "as break const continue else enum extern fn for if impl in let loop match mod move pub return static"
)
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
        Refusal("there is no power", '(unary_expression "*" [(float_literal) (integer_literal)]) @bad'),
        Refusal("a keyword cannot be a name", '(struct_expression name: (type_identifier) @bad (#eq? @bad "else"))'),
        Refusal("'await' outside of async code", "(await_expression) @bad", when=_lacks_async),
        Refusal("the function has no 'self'", "(field_expression value: (self) @bad)", when=_has_no_self),
        Refusal("a name is there twice", "(function_item parameters: (parameters) @bad)", when=_repeats_a_name),
        Refusal("a name is there twice", "(field_declaration_list) @bad", when=_repeats_a_name),
        *(
            Refusal(
                "a member of a trait is public by itself",
                f"({body} (declaration_list [(function_item (visibility_modifier) @bad)"
                " (function_signature_item (visibility_modifier) @bad)]))",
            )
            for body in ("trait_item", "impl_item trait: (_)")
        ),
        Refusal("a function has no body", "(impl_item body: (declaration_list (function_signature_item) @bad))"),
        Refusal("there is no such character", "(char_literal) @bad", when=unlike(f"{_RUST_CHARACTER}|{_RUST_BYTE}")),
        Refusal("there is no such escape", f'((escape_sequence) @bad (#not-match? @bad "{_RUST_ESCAPE}"))'),
        Refusal("there is no such escape", r"""((char_literal) @bad (#match? @bad "^b?'\\\\[^nrt0\\\\'\"xu]"))"""),
        Refusal(
            "there is no such label",
            "[(break_expression (label) @bad) (continue_expression (label) @bad)]",
            when=_has_no_such_label,
            shown_by=re.compile(rb"(?:break|continue)\s+'"),
        ),
        Refusal(TWICE, "[(source_file) (declaration_list) (enum_variant_list)] @bad", when=_repeats_an_item),
        Refusal(
            "a keyword cannot be a name", f"(let_declaration pattern: (identifier) @bad (#any-of? @bad {_KEYWORDS}))"
        ),
        Refusal(
            "this cannot be assigned to",
            "(assignment_expression left: [(integer_literal) (binary_expression) (string_literal)] @bad)",
        ),
        Refusal("a variable stands among the members of a type", "(declaration_list (let_declaration) @bad)"),
        Refusal(
            "there is no loop around it",
            '[(break_expression . "break" .) (continue_expression . "continue" .)] @bad',
            outside=frozenset({"for_expression", "loop_expression", "while_expression"}),
            up_to=_RUST_FUNCTIONS,
        ),
    ),
    rewrites=(
        rewrite("safe ", r"\b(safe)\s+(?:fn|static)\b"),
        rewrite(
            "#[", r"(#\[[^\[\]]{0,300}(?:\[[^\[\]]{0,300}\][^\[\]]{0,300}){0,9}\])(?=[ \t\r\n]{0,600}[^\s})\],;])"
        ),  # of expressions
        rewrite("|", r"\|[ \t]{0,20}\n[^|{};]{0,600}(,)\s*\|"),  # the last comma of a closure's parameters
        rewrite("..", r"[{,]\s*(\.\.)\s*\}", "__"),  # of a struct that is taken apart by an assignment
        rewrite("box ", r"[({|,&]\s*(box)\s+(?:(?:ref|mut)\b|[\w:]{1,80}\s*[({])"),  # rustc's own patterns
        rewrite("dyn", r"\bdyn\s+((?:(?:'\w{1,80}|\?\s*\w{1,80})\s*\+\s*){1,4})"),
        rewrite("const", r"(~\s*const)\b"),
        rewrite("const", r"[:+]\s*(\[\s*const\s*\])"),
        rewrite("const", r"\bimpl(?:\s*<[^;{}]{0,300}>)?\s+(const)\s"),
        rewrite("const", r"\b(const)\s+(?:unsafe\s+)?(?:auto\s+)?(?:trait|impl)\b"),
        rewrite("auto", r"\b(auto)\s+trait\b"),
        rewrite("<", r"(::\s*<\s*>)"),
        rewrite("<", r"\b(?:(?:fn|struct|enum|union|trait|type)\s+\w{1,80}|impl)\s*(<\s*>)"),
        rewrite("<", r"\b(for\s*<\s*>)"),
        rewrite("<", r"<\s*(-)\s*\d"),  # the argument of a constant parameter
        rewrite("::", r"(::\s*<\s*'\w{1,80}(?:\s*,\s*'\w{1,80}){0,9}\s*>)\s*\{"),
        rewrite("where", r"\bstruct\s+\w{1,80}(?:\s*<[^;{}()]{0,300}>)?\s*(\bwhere\b[^;{}()]{0,300});"),
        rewrite("+", r":\s*(?:(?:'|\?\s*)?\w{1,80}\s*\+\s*){0,4}(?:'|\?\s*)?\w{1,80}\s*(\+)\s*>"),
        rewrite("'", r"[<,]\s*'\w{1,80}\s*(:)\s*[,>]"),
    ),
    literals=_RUST_LITERALS,
)
