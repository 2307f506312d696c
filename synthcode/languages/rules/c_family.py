"""Rules for C, C++ and C#."""

from __future__ import annotations

from synthcode.languages.rules.model import FOREIGN, FOREIGN_TYPES, Refusal, SyntaxRules, only_at_top, words

_C_TOP_LEVEL = frozenset(
    {
        "attributed_statement",
        "comment",
        "declaration",
        "enum_specifier",
        "expression_statement",  # a lone semicolon; a macro that expands to a declaration
        "function_definition",
        "linkage_specification",
        "preproc_call",
        "preproc_def",
        "preproc_function_def",
        "preproc_if",
        "preproc_ifdef",
        "preproc_include",
        "struct_specifier",
        "type_definition",
        "union_specifier",
    }
)
_CPP_TOP_LEVEL = _C_TOP_LEVEL | {
    "alias_declaration",
    "class_specifier",
    "concept_definition",
    "namespace_alias_definition",
    "namespace_definition",
    "static_assert_declaration",
    "template_declaration",
    "template_instantiation",
    "using_declaration",
}

_C_AND_CPP = (
    Refusal(FOREIGN, f"(function_definition type: (type_identifier) @bad (#any-of? @bad {FOREIGN_TYPES}))"),
    Refusal(FOREIGN, f"(declaration type: (type_identifier) @bad (#any-of? @bad {FOREIGN_TYPES}))"),
    Refusal(
        "there is no such directive",
        r'((preproc_directive) @bad (#not-match? @bad "^#\\s*(assert|error|ident|import|include_next|line|pragma|sccs'
        r'|unassert|undef|warning)$"))',
    ),
    Refusal(
        "an expression stands outside of a function",
        "(translation_unit (expression_statement [(identifier) (binary_expression) (assignment_expression)] @bad))",
    ),
)

C = SyntaxRules(
    definitions="""
        (function_definition) @definition
        (struct_specifier body: (_)) @definition
        (union_specifier body: (_)) @definition
        (enum_specifier body: (_)) @definition
    """,
    refused=(
        only_at_top("translation_unit", _C_TOP_LEVEL),
        *_C_AND_CPP,
        Refusal(
            "a parameter has no type",
            "(function_definition declarator: (function_declarator parameters: (parameter_list"
            " (parameter_declaration type: (type_identifier) !declarator) @bad)))",
        ),
        Refusal(
            "a type is called",
            "(call_expression function: (identifier) @bad"
            f" (#any-of? @bad {words('bool char double float int long short signed unsigned')}))",
        ),
    ),
)

CPP = SyntaxRules(
    definitions="""
        (function_definition) @definition
        (class_specifier body: (_)) @definition
        (struct_specifier body: (_)) @definition
        (union_specifier body: (_)) @definition
        (enum_specifier body: (_)) @definition
        (init_declarator value: (lambda_expression)) @definition
    """,
    refused=(
        only_at_top("translation_unit", _CPP_TOP_LEVEL),
        *_C_AND_CPP,
        Refusal(
            "'using' names no member of a namespace",
            r'((using_declaration) @bad (#match? @bad "^using\\s+\\w+\\s*;"))',
        ),
        Refusal("an index is empty", '(subscript_argument_list . "[" . "]") @bad'),
        Refusal(
            "a function has no type",
            "(translation_unit (function_definition !type"
            " declarator: (function_declarator declarator: [(identifier) (template_function)])) @bad)",
        ),
    ),
    includes=frozenset({"c"}),
)

_NO_TYPE = "a method has no type"
_NO_PARAMETER_TYPE = "a parameter has no type"

CSHARP = SyntaxRules(
    definitions="""
        (method_declaration) @definition
        (constructor_declaration) @definition
        (local_function_statement) @definition
        (class_declaration) @definition
        (interface_declaration) @definition
        (struct_declaration) @definition
        (record_declaration) @definition
        (enum_declaration) @definition
        (variable_declarator (lambda_expression)) @definition
        (variable_declarator (anonymous_method_expression)) @definition
    """,
    refused=(
        Refusal(FOREIGN, f"(local_function_statement type: (identifier) @bad (#any-of? @bad {FOREIGN_TYPES}))"),
        Refusal(FOREIGN, f"(method_declaration returns: (identifier) @bad (#any-of? @bad {FOREIGN_TYPES}))"),
        *(
            Refusal(
                _NO_TYPE,
                f"({kind}_declaration name: (identifier) @type body: (declaration_list"
                " (constructor_declaration name: (identifier) @bad)) (#not-eq? @bad @type))",
            )
            for kind in ("class", "struct", "record")
        ),
        *(
            Refusal(_NO_PARAMETER_TYPE, f"({kind} parameters: (parameter_list (parameter !type) @bad))")
            for kind in ("constructor_declaration", "local_function_statement", "method_declaration")
        ),
        Refusal("this cannot be assigned to", "(binary_expression right: (assignment_expression) @bad)"),
    ),
    enclosure=(b"class C {\n", b"\n}\n"),
)
