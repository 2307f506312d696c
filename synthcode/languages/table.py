"""The language table."""

from __future__ import annotations

import builtins

from synthcode.languages.model import Language

_C_COMMENT = frozenset({"comment"})
_LINE_AND_BLOCK = frozenset({"line_comment", "block_comment"})
_JAVASCRIPT_IDENTIFIERS = frozenset(
    {
        "identifier",
        "property_identifier",
        "private_property_identifier",
        "shorthand_property_identifier",
        "shorthand_property_identifier_pattern",
    }
)
_JAVASCRIPT_FUNCTIONS = frozenset(
    {
        "function_declaration",
        "generator_function_declaration",
        "function_expression",
        "generator_function",
        "arrow_function",
        "method_definition",
    }
)

_CPP_BUILT_IN = frozenset(
    {"abs", "accumulate", "clamp", "gcd", "iota", "lcm", "max", "midpoint", "min", "sort", "swap"}
)
_PHP_BUILT_IN = frozenset(
    {"array_all", "array_any", "array_find", "array_is_list", "array_key_first", "array_key_last", "get_debug_type"}
    | {"mb_str_pad", "mb_str_split", "mb_trim", "str_contains", "str_ends_with", "str_starts_with"}
)

_ROWS = (
    Language(
        name="python",
        label="Python",
        aliases=("py", "python3", "py3"),
        fence="python",
        suffixes=(".py", ".pyi"),
        grammar=("tree_sitter_python", "language"),
        comments=_C_COMMENT,
        functions=frozenset({"function_definition"}),
        types=frozenset({"class_definition"}),
        identifiers=frozenset({"identifier"}),
        docstring="string",
        line_comment="#",
        methods_make_fields=True,
        fields_are_identifiers=True,
        built_in=frozenset(dir(builtins)),
    ),
    Language(
        name="java",
        label="Java",
        aliases=("jdk", "java17"),
        fence="java",
        suffixes=(".java",),
        grammar=("tree_sitter_java", "language"),
        comments=_LINE_AND_BLOCK,
        functions=frozenset({"method_declaration", "constructor_declaration", "compact_constructor_declaration"}),
        types=frozenset(
            {
                "class_declaration",
                "interface_declaration",
                "enum_declaration",
                "record_declaration",
                "annotation_type_declaration",
            }
        ),
        identifiers=frozenset({"identifier"}),
        docstring="comment",
        line_comment="//",
        methods_need_class=True,
        fields_are_identifiers=True,
    ),
    Language(
        name="javascript",
        label="JavaScript",
        aliases=("js", "node", "nodejs", "ecmascript", "mjs", "jsx"),
        fence="javascript",
        suffixes=(".js", ".mjs", ".cjs", ".jsx"),
        grammar=("tree_sitter_javascript", "language"),
        comments=frozenset({"comment", "html_comment"}),
        functions=_JAVASCRIPT_FUNCTIONS,
        types=frozenset({"class_declaration", "class"}),
        identifiers=_JAVASCRIPT_IDENTIFIERS,
        docstring="comment",
        line_comment="//",
        methods_need_class=True,
        methods_make_fields=True,
    ),
    Language(
        name="typescript",
        label="TypeScript",
        aliases=("ts", "mts"),
        fence="typescript",
        suffixes=(".ts", ".mts", ".cts"),
        grammar=("tree_sitter_typescript", "language_typescript"),
        comments=frozenset({"comment", "html_comment"}),
        functions=_JAVASCRIPT_FUNCTIONS | {"function_signature", "method_signature", "abstract_method_signature"},
        types=frozenset(
            {
                "class_declaration",
                "abstract_class_declaration",
                "class",
                "interface_declaration",
                "enum_declaration",
                "type_alias_declaration",
            }
        ),
        identifiers=_JAVASCRIPT_IDENTIFIERS,
        docstring="comment",
        line_comment="//",
        methods_need_class=True,
        methods_make_fields=True,
    ),
    Language(
        name="go",
        label="Go",
        aliases=("golang",),
        fence="go",
        suffixes=(".go",),
        grammar=("tree_sitter_go", "language"),
        comments=_C_COMMENT,
        functions=frozenset({"function_declaration", "method_declaration"}),
        types=frozenset({"type_declaration"}),
        identifiers=frozenset({"identifier", "field_identifier"}),
        docstring="comment",
        line_comment="//",
        built_in=frozenset({"clear", "max", "min"}),
    ),
    Language(
        name="php",
        label="PHP",
        aliases=("php7", "php8"),
        fence="php",
        suffixes=(".php",),
        grammar=("tree_sitter_php", "language_php"),
        comments=_C_COMMENT,
        functions=frozenset({"function_definition", "method_declaration"}),
        types=frozenset({"class_declaration", "interface_declaration", "trait_declaration", "enum_declaration"}),
        identifiers=frozenset({"name"}),
        docstring="comment",
        line_comment="//",
        methods_need_class=True,
        methods_make_fields=True,
        fields_are_identifiers=True,
        built_in=_PHP_BUILT_IN,
    ),
    Language(
        name="ruby",
        label="Ruby",
        aliases=("rb",),
        fence="ruby",
        suffixes=(".rb",),
        grammar=("tree_sitter_ruby", "language"),
        comments=_C_COMMENT,
        functions=frozenset({"method", "singleton_method"}),
        types=frozenset({"class", "module"}),
        identifiers=frozenset({"identifier", "constant"}),
        docstring="comment",
        line_comment="#",
        methods_make_fields=True,
    ),
    Language(
        name="c",
        label="C",
        aliases=("c99", "c11", "c17", "ansi c"),
        fence="c",
        suffixes=(".c", ".h"),
        grammar=("tree_sitter_c", "language"),
        comments=_C_COMMENT,
        functions=frozenset({"function_definition"}),
        types=frozenset({"struct_specifier", "union_specifier", "enum_specifier", "type_definition"}),
        identifiers=frozenset({"identifier", "field_identifier"}),
        docstring="comment",
        line_comment="//",
    ),
    Language(
        name="cpp",
        label="C++",
        aliases=("c++", "cxx", "cc", "cplusplus", "c++11", "c++14", "c++17", "c++20", "hpp"),
        fence="cpp",
        suffixes=(".cpp", ".cc", ".cxx", ".hpp", ".hh"),
        grammar=("tree_sitter_cpp", "language"),
        comments=_C_COMMENT,
        functions=frozenset({"function_definition"}),
        types=frozenset({"class_specifier", "struct_specifier", "union_specifier", "enum_specifier"}),
        identifiers=frozenset({"identifier", "field_identifier"}),
        docstring="comment",
        line_comment="//",
        built_in=_CPP_BUILT_IN,
    ),
    Language(
        name="csharp",
        label="C#",
        aliases=("c#", "cs", "c-sharp", "c_sharp", "dotnet"),
        fence="csharp",
        suffixes=(".cs",),
        grammar=("tree_sitter_c_sharp", "language"),
        comments=_C_COMMENT,
        functions=frozenset({"method_declaration", "constructor_declaration", "local_function_statement"}),
        types=frozenset(
            {
                "class_declaration",
                "interface_declaration",
                "struct_declaration",
                "record_declaration",
                "enum_declaration",
            }
        ),
        identifiers=frozenset({"identifier"}),
        docstring="comment",
        line_comment="//",
        methods_need_class=True,
        fields_are_identifiers=True,
    ),
    Language(
        name="rust",
        label="Rust",
        aliases=("rs",),
        fence="rust",
        suffixes=(".rs",),
        grammar=("tree_sitter_rust", "language"),
        comments=_LINE_AND_BLOCK,
        functions=frozenset({"function_item", "function_signature_item"}),
        types=frozenset({"struct_item", "enum_item", "trait_item", "union_item", "impl_item"}),
        identifiers=frozenset({"identifier", "field_identifier", "shorthand_field_identifier"}),
        docstring="comment",
        line_comment="//",
    ),
    Language(
        name="kotlin",
        label="Kotlin",
        aliases=("kt", "kts"),
        fence="kotlin",
        suffixes=(".kt", ".kts"),
        grammar=("tree_sitter_kotlin", "language"),
        comments=_LINE_AND_BLOCK,
        functions=frozenset({"function_declaration"}),
        types=frozenset({"class_declaration", "object_declaration"}),
        identifiers=frozenset({"identifier"}),
        docstring="comment",
        line_comment="//",
        methods_need_class=True,
        fields_are_identifiers=True,
        has_extensions=True,
        built_in=frozenset({"check", "max", "maxOf", "min", "minOf", "repeat", "require"}),
    ),
)

LANGUAGES: dict[str, Language] = {row.name: row for row in _ROWS}
"""Every language by name, in the order in which they are listed to people."""
