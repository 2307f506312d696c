"""Rules for Java and Kotlin."""

from __future__ import annotations

from synthcode.languages.rules.model import FOREIGN, FOREIGN_TYPES, Refusal, SyntaxRules, only_at_top, words

_JAVA_TOP_LEVEL = (
    "annotation_type_declaration",
    "block_comment",
    "class_declaration",
    "enum_declaration",
    "import_declaration",
    "interface_declaration",
    "line_comment",
    "local_variable_declaration",
    "method_declaration",
    "module_declaration",
    "package_declaration",
    "record_declaration",
)
_JAVA_STATEMENTS = frozenset(
    {
        "assignment_expression",
        "block_comment",
        "line_comment",
        "method_invocation",
        "object_creation_expression",
        "switch_expression",
        "update_expression",
    }
)
_EMPTY_ARGUMENTS = '(generic_type (type_arguments . "<" . ">")) @bad'
_TYPED = (
    "cast_expression",
    "enhanced_for_statement",
    "field_declaration",
    "formal_parameter",
    "local_variable_declaration",
    "method_declaration",
)

JAVA = SyntaxRules(
    definitions="""
        (method_declaration) @definition
        (class_declaration) @definition
        (interface_declaration) @definition
        (enum_declaration) @definition
        (record_declaration) @definition
        (annotation_type_declaration) @definition
    """,
    refused=(
        only_at_top("program", _JAVA_TOP_LEVEL),
        Refusal(FOREIGN, f"(method_declaration type: (type_identifier) @bad (#any-of? @bad {FOREIGN_TYPES}))"),
        Refusal(FOREIGN, f"(local_variable_declaration type: (type_identifier) @bad (#any-of? @bad {FOREIGN_TYPES}))"),
        Refusal("a label has no statement", "(labeled_statement (local_variable_declaration) @bad)"),
        Refusal("not a statement", "(expression_statement . (_) @bad)", _JAVA_STATEMENTS),
        Refusal("type arguments are empty", f"(type_arguments {_EMPTY_ARGUMENTS})"),
        *(Refusal("type arguments are empty", f"({place} type: {_EMPTY_ARGUMENTS})") for place in _TYPED),
        *(
            Refusal(
                "a method has no return type",
                f"({kind}_declaration name: (identifier) @type body: (class_body"
                " (constructor_declaration name: (identifier) @bad)) (#not-eq? @bad @type))",
            )
            for kind in ("class", "record")
        ),
    ),
    enclosure=(b"class C {\n", b"\n}\n"),
)

_KOTLIN_TOP_LEVEL = (
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
_KOTLIN_KEYWORDS = words("break continue for fun if return throw val var when while")
_OPERATIONS = (
    "assignment",
    "binary_expression",
    "infix_expression",
    "parenthesized_expression",
    "property_declaration",
)

KOTLIN = SyntaxRules(
    definitions="""
        (function_declaration) @definition
        (class_declaration) @definition
        (object_declaration) @definition
        (property_declaration (lambda_literal)) @definition
        (property_declaration (anonymous_function)) @definition
    """,
    refused=(
        only_at_top("source_file", _KOTLIN_TOP_LEVEL),
        Refusal(FOREIGN, f"(user_type (identifier) @bad (#any-of? @bad {FOREIGN_TYPES}))"),
        Refusal("an index is empty", '(index_expression (_) . "[" . "]") @bad'),
        *(Refusal("an operand is missing", f"({place} (spread_expression) @bad)") for place in _OPERATIONS),
        Refusal(
            "an operator begins a line",
            '(binary_expression (_) . ["*" "/" "%" "<" ">" "<=" ">=" "==" "!="] @bad)',
            on_new_line=True,
        ),
        Refusal(
            "a keyword stands between operands",
            f"(infix_expression (parenthesized_expression) . (identifier) @bad (#any-of? @bad {_KOTLIN_KEYWORDS}))",
        ),
        Refusal("'=' or ':' is missing", "(block (property_declaration (user_type) . (variable_declaration)) @bad)"),
    ),
)
