"""Rules for PHP."""

from __future__ import annotations

import re
from collections.abc import Iterator

import tree_sitter

from synthcode.languages.rules.model import Refusal, SyntaxRules, rewrite
from synthcode.languages.rules.php.conditions import (
    does_not_go_with_others,
    follows_code,
    has_other_cases,
    is_no_reference,
    is_wrongly_readonly,
)
from synthcode.languages.rules.shared.declarations import TWICE, Twice, fields, without_label
from synthcode.languages.rules.shared.literals import unlike

_WORD = "a single word stands outside of a function"
_TARGET = "this cannot be assigned to"
_PHP_FUNCTIONS = frozenset({"anonymous_function", "arrow_function", "function_definition", "method_declaration"})
_PHP_TYPES = frozenset(
    {"anonymous_class", "class_declaration", "enum_declaration", "interface_declaration", "trait_declaration"}
)
_PHP_LOOPS = frozenset({"do_statement", "for_statement", "foreach_statement", "switch_statement", "while_statement"})
_PHP_VALUES = "[(function_call_expression) (member_call_expression) (scoped_call_expression)]"
_TERNARY = "(conditional_expression body: (_))"

_COMPUTED = "[(function_call_expression) (member_call_expression) (scoped_call_expression)]"
_AT_TOP = "[(namespace_use_declaration) (namespace_definition)] @bad"
_PARAMETER = "[(property_promotion_parameter) (simple_parameter) (variadic_parameter)]"
_VOID = re.compile(rb"void|never", re.IGNORECASE)


def _returns_in_vain(statement: tree_sitter.Node) -> bool:
    """Return whether a function that gives back nothing gives back a value."""
    function = statement.parent
    while function is not None and function.type not in _PHP_FUNCTIONS:
        function = function.parent
    kind = function.child_by_field_name("return_type") if function is not None else None
    return kind is not None and _VOID.fullmatch(kind.text or b"") is not None


def _constants(declaration: tree_sitter.Node) -> Iterator[bytes]:
    for element in declaration.named_children:
        if element.type == "const_element":
            yield element.named_children[0].text or b""


def _properties(declaration: tree_sitter.Node) -> Iterator[bytes]:
    for element in declaration.named_children:
        name = element.child_by_field_name("name") if element.type == "property_element" else None
        if name is not None:
            yield name.text or b""


_GENERATORS = re.compile(rb"(?i:generator|iterable|iterator|traversable|void|mixed)")


def _returns_nothing(statement: tree_sitter.Node) -> bool:
    """Return whether a function that gives back a value, or does not return, returns without one."""
    function = statement.parent
    while function is not None and function.type not in _PHP_FUNCTIONS:
        function = function.parent
    kind = function.child_by_field_name("return_type") if function is not None else None
    if statement.named_child_count or kind is None or function is None:
        return False
    return _GENERATORS.search(kind.text or b"") is None and b"yield" not in (function.text or b"")


_UNICODE = re.compile(rb"\\(?:u\{(?P<digits>[0-9A-Fa-f]*+)(?P<end>\}?)|.)", re.DOTALL)


def _has_no_such_escape(string: tree_sitter.Node) -> bool:
    """Return whether a string names a character by no number, or by one that is too large."""
    for found in _UNICODE.finditer(string.text or b""):
        digits = found["digits"]
        if digits is not None and (not digits or not found["end"] or int(digits[:9], 16) > 0x10FFFF):
            return True
    return False


def _leaves_too_many(statement: tree_sitter.Node) -> bool:
    loops = 0
    node = statement.parent
    while node is not None and node.type not in _PHP_FUNCTIONS:
        loops += node.type in _PHP_LOOPS
        node = node.parent
    written = (statement.named_children[0].text or b"").decode()
    return not written.isdecimal() or int(written) > loops or written == "0"


_PHP_MEMBERS = {
    "class_declaration": fields("name"),
    "const_declaration": _constants,
    "enum_case": fields("name"),
    "enum_declaration": fields("name"),
    "interface_declaration": fields("name"),
    "property_declaration": _properties,
    "trait_declaration": fields("name"),
}


def _is_concrete(method: tree_sitter.Node) -> bool:
    """Return whether the class of a method is not abstract."""
    owner = method.parent and method.parent.parent
    return owner is not None and not any(child.type == "abstract_modifier" for child in owner.children)


def _repeats_a_function(body: tree_sitter.Node) -> bool:
    """Return whether two functions have one name; upper and lower case are the same."""
    functions = (child for child in body.named_children if child.type in ("function_definition", "method_declaration"))
    names = [(one.child_by_field_name("name") or one).text for one in functions]
    return len(names) > len({(name or b"").lower() for name in names})


def _is_plain(argument: tree_sitter.Node) -> bool:
    return not any(child.type == "variadic_unpacking" for child in argument.named_children)


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
    shown_by=re.compile(rb"\b(?:function|fn|class|interface|trait|enum)\b", re.IGNORECASE),
    words=(Refusal(_WORD, "(program (named_label_statement) @bad .)"),),
    refused=(
        Refusal(
            "there is text before the code",
            r'(program . (text) @bad (php_tag) (#match? @bad "\\S") (#not-match? @bad "^#!"))',
        ),
        Refusal("no variable to loop with", "(foreach_statement (_) . [(name) (binary_expression)] @bad)"),
        Refusal("no variable to loop with", "(foreach_statement (pair [(name) (binary_expression)] @bad))"),
        Refusal(_TARGET, f"(assignment_expression left: {_PHP_VALUES} @bad)"),
        Refusal(_TARGET, f"(augmented_assignment_expression left: {_PHP_VALUES} @bad)"),
        Refusal(_TARGET, f"(update_expression argument: {_PHP_VALUES} @bad)"),
        Refusal(_TARGET, "(assignment_expression left: (subscript_expression . (name)) @bad)"),
        Refusal(_TARGET, "(augmented_assignment_expression left: (subscript_expression . (name)) @bad)"),
        Refusal(_TARGET, '(assignment_expression left: (variable_name) @bad (#eq? @bad "$this"))'),
        Refusal(
            "a parameter cannot be '$this'",
            '(formal_parameters (_ name: (variable_name) @bad) (#eq? @bad "$this"))',
        ),
        Refusal("an argument is there twice", "(formal_parameters) @bad", repeats=True),
        Refusal(
            "a constant is declared in a function",
            "(const_declaration) @bad",
            within=_PHP_FUNCTIONS,
            up_to=_PHP_TYPES,
        ),
        Refusal("ternaries in a row need parentheses", f"(conditional_expression condition: {_TERNARY}) @bad"),
        Refusal(
            "ternaries in a row need parentheses",
            "(conditional_expression condition: (conditional_expression !body) body: (_)) @bad",
        ),
        *(
            Refusal(
                "comparisons in a row",
                f"(binary_expression left: (binary_expression operator: [{same}]) operator: [{same}]) @bad",
            )
            for same in ('"==" "!=" "===" "!==" "<>" "<=>"', '"<" "<=" ">" ">="')
        ),
        Refusal(
            "a method of an interface has a body",
            "(interface_declaration body: (declaration_list (method_declaration body: (_)) @bad))",
        ),
        Refusal("an abstract method has a body", "(method_declaration (abstract_modifier) body: (_)) @bad"),
        Refusal(
            "a method has no body",
            "(class_declaration body: (declaration_list (method_declaration !body) @bad"
            r' (#not-match? @bad "[aA][bB][sS][tT][rR][aA][cC][tT]")))',
        ),
        Refusal("'default' is there twice", "(switch_block (default_statement) (default_statement) @bad)"),
        Refusal("'default' is there twice", "(match_block (match_default_expression) (match_default_expression) @bad)"),
        Refusal(
            "there is no loop around it",
            "[(break_statement) (continue_statement)] @bad",
            outside=_PHP_LOOPS,
            up_to=_PHP_FUNCTIONS,
        ),
        *(
            Refusal(
                "only a constructor declares properties",
                f"({kind} name: (name) @name parameters: (formal_parameters (property_promotion_parameter) @bad)"
                ' (#not-match? @name "^(?i:__construct)$"))',
            )
            for kind in ("function_definition", "method_declaration")
        ),
        Refusal(
            "the function returns no value here",
            "(return_statement) @bad",
            when=_returns_nothing,
            shown_by=re.compile(rb"return\s*+;", re.IGNORECASE),
        ),
        Refusal(
            "there is no such escape",
            "[(encapsed_string) (heredoc)] @bad",
            when=_has_no_such_escape,
            shown_by=re.compile(rb"\\u\{"),
        ),
        Refusal(TWICE, "[(program) (declaration_list) (enum_declaration_list)] @bad", when=Twice(_PHP_MEMBERS)),
        Refusal(
            "there is no such label",
            "(goto_statement (name) @bad)",
            when=without_label(_PHP_FUNCTIONS),
            shown_by=re.compile(rb"goto\b", re.IGNORECASE),
        ),
        Refusal(
            "there are fewer loops around it",
            "[(break_statement (integer)) (continue_statement (integer))] @bad",
            when=_leaves_too_many,
            shown_by=re.compile(rb"(?:break|continue)\s+\d", re.IGNORECASE),
        ),
        Refusal(
            "a modifier is repeated, or cannot stand with another",
            "[(abstract_modifier) (final_modifier) (readonly_modifier) (static_modifier) (var_modifier)"
            " (visibility_modifier)] @bad",
            when=does_not_go_with_others,
        ),
        Refusal("a class has no such modifier", "(class_declaration [(static_modifier) (visibility_modifier)] @bad)"),
        Refusal(
            "a constant has no such modifier",
            "(const_declaration [(abstract_modifier) (readonly_modifier) (static_modifier)] @bad)",
        ),
        Refusal("a method has no such modifier", "(method_declaration (readonly_modifier) @bad)"),
        Refusal(
            "a method of an interface has no such modifier",
            "(interface_declaration body: (declaration_list"
            " (method_declaration [(abstract_modifier) (final_modifier)] @bad)))",
        ),
        Refusal(
            "a read-only property has a type and no value", "(property_declaration) @bad", when=is_wrongly_readonly
        ),
        Refusal(
            "a property cannot have this type",
            '(property_declaration type: (primitive_type) @bad (#any-of? @bad "callable" "never" "void"))',
        ),
        *(
            Refusal("this value is not constant", f"({place} {_COMPUTED} @bad)", when=is_no_reference)
            for place in ("const_element", "property_element default_value:", "simple_parameter default_value:")
        ),
        Refusal("the cases of an enumeration with a type have values", "(enum_declaration) @bad", when=has_other_cases),
        Refusal("the namespace stands before all else", "(program (namespace_definition) @bad)", when=follows_code),
        Refusal("a class extends one other", "(class_declaration (base_clause (_) . (_) @bad))"),
        Refusal("a class is abstract or final", "(class_declaration (abstract_modifier) (final_modifier) @bad)"),
        Refusal(
            "it cannot stand in a function",
            f"(function_definition body: (compound_statement {_AT_TOP}))",
        ),
        Refusal(
            "it cannot stand in a function",
            f"(method_declaration body: (compound_statement {_AT_TOP}))",
        ),
        Refusal("this cannot be unset", "(unset_statement (function_call_expression) @bad)"),
        Refusal(
            "a member of an interface is public",
            "(interface_declaration body: (declaration_list (method_declaration (visibility_modifier) @bad)))",
            when=unlike("(?i:public)"),
        ),
        Refusal("a parameter cannot be 'void'", '(simple_parameter type: (primitive_type) @bad (#eq? @bad "void"))'),
        Refusal("the function returns nothing", "(return_statement (_)) @bad", when=_returns_in_vain),
        Refusal(
            "only the last parameter stands for many", f"(formal_parameters (variadic_parameter) @bad . {_PARAMETER})"
        ),
        Refusal("an argument with a name is not the last", "(arguments (argument name: (_)) (argument !name) @bad)"),
        Refusal(
            "an argument follows unpacked ones",
            "(arguments (argument (variadic_unpacking)) (argument !name) @bad)",
            when=_is_plain,
        ),
        Refusal(
            "the class of an abstract method is not abstract",
            "(class_declaration body: (declaration_list (method_declaration (abstract_modifier)) @bad))",
            when=_is_concrete,
        ),
        Refusal("a function is there twice", "[(program) (declaration_list)] @bad", when=_repeats_a_function),
        Refusal("'yield' outside of a function", "(yield_expression) @bad", outside=_PHP_FUNCTIONS),
    ),
    end=re.compile(rb"__(?<!\w__)halt_compiler\s{0,40}\(\s{0,40}\)\s{0,40};", re.IGNORECASE),
    rewrites=(
        rewrite("readonly", r"\bfunction\s+&?\s*(readonly)\s*\(", "readonl_"),
        rewrite("void", r"(?:[;{}]|\?>|<\?php)\s*(\(\s*void\s*\))"),
    ),
    opening=b"<?php\n",
    # To PHP, a file whose tag is spelt wrongly is text without code in it: sound, and without a definition.
    opened=rb"<\?(?:php\b|=)|\A\s*(?:(<\?(?i:php\b)?)(?=\s)|<php\b|\?php\b)",
)
