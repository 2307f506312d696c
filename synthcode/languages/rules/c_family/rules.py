"""Rules for C and C++."""

from __future__ import annotations

import re

from synthcode.languages.rules.c_family.refusals import C_REFUSED, CPP_REFUSED
from synthcode.languages.rules.model import FOREIGN, FOREIGN_TYPES, Refusal, SyntaxRules, only_at_top, rewrite, words
from synthcode.languages.rules.shared.literals import unlike

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

_CASE_RANGE = rewrite("...", r"\bcase\b[^:;{}]{0,300}?(\.\.\.[^:;{}]{0,300}):")
_BIT_FIELDS = (
    rewrite(":", r"(,\s*:\s*\w{1,40})(?=\s*[,;])"),  # without a name
    rewrite(":", r"[;{}]\s*(?:int|signed|unsigned|unsigned\s+int|uint\d{1,2}_t)\s*(:\s*\w{1,40})(?=\s*;)", "_"),
)
_DIGRAPHS = (
    rewrite("<%", r"(<%)", "{"),
    rewrite("%>", r"(%>)", "}"),
    rewrite("<:", r"(<:)(?!:[^:>])", "["),
    rewrite(":>", r"(:>)", "]"),
    rewrite("%:", r"(%:)", "#"),
)
_GNU = (
    *_DIGRAPHS,
    rewrite("[[", r"(\[\[[^\[\]]{1,300}\]\])"),  # attributes
    rewrite("__attribute__", r"(__attribute__\s*\(\([^()]{0,99}+(?:\([^()]{0,99}+\)[^()]{0,99}+){0,9}+\)\))"),
    rewrite("?", r"(\?\s*:)", "||"),
    rewrite("&&", r"(?:[{,(=?:]|\breturn)\s*(&&)\s*[A-Za-z_]", "&"),  # the address of a label
    rewrite("goto", r"\b(goto)\s*\*"),
    rewrite("_Pragma", r"(\b_Pragma\s*\(\s*\"[^\"]{0,300}\"\s*\))"),
    rewrite("__has_", r"\b(__has_\w{1,40}\s*\([^()\n]{1,99}\))", "1"),
    rewrite("__extension__", r"\b(__extension__)\b"),
    rewrite(":", r"[;{}]\s*[A-Za-z_]\w{0,80}\s*(:)\s*\}", ";"),  # a label at the end of a block
)
_C_MACROS = {b"__GNUC__": b"12", b"__STDC__": b"1", b"__STDC_VERSION__": b"201710L", b"__linux__": b"1"}

_CPP = "it is C++"
_CPP_WORDS = words(
    "class explicit friend namespace new operator private protected public template typename using virtual"
)
_C_TYPES = words("bool char double float int long short signed unsigned void")

_OF_C = "bool|char|const|double|enum|float|int|long|short|signed|struct|union|unsigned|void|volatile"

C = SyntaxRules(
    definitions="""
        (function_definition) @definition
        (struct_specifier body: (_)) @definition
        (union_specifier body: (_)) @definition
        (enum_specifier body: (_)) @definition
    """,
    shown_by=re.compile(rb"\{"),
    refused=(
        only_at_top("translation_unit", _C_TOP_LEVEL),
        *_C_AND_CPP,
        Refusal(
            "a parameter has no type",
            "(function_definition declarator: (function_declarator parameters: (parameter_list"
            " (parameter_declaration type: (type_identifier) @type !declarator) @bad)"
            r' (#not-match? @type "^[A-Z]|_t$")))',
        ),
        Refusal(_CPP, f"(declaration type: (type_identifier) @bad (#any-of? @bad {_CPP_WORDS}))"),
        Refusal(_CPP, f"(function_definition type: (type_identifier) @bad (#any-of? @bad {_CPP_WORDS}))"),
        Refusal(
            _CPP,
            '(expression_statement (binary_expression left: (binary_expression left: (identifier) operator: "<"'
            ' right: (identifier)) operator: ">" right: (identifier)) @bad)',
        ),
        Refusal("a type stands for a value", f"(binary_expression (identifier) @bad (#any-of? @bad {_C_TYPES}))"),
        Refusal(_CPP, "(translation_unit (linkage_specification) @bad)"),
        Refusal(
            "there is no such prefix of a string",
            '(concatenated_string . (identifier) @bad (#any-of? @bad "f" "F" "r" "R" "b" "B" "fr" "rb"))',
        ),
        Refusal(
            "a type is called",
            f"(call_expression function: (identifier) @bad (#any-of? @bad {_C_TYPES}))",
        ),
        *C_REFUSED,
    ),
    rewrites=(
        *_GNU,
        _CASE_RANGE,
        rewrite("enum", r"\benum\s*(?:\s\w{1,80})?\s*(:\s*[\w\s]{1,60})\{"),
        rewrite("_BitInt", r"\b(_BitInt\s*\([^()]{1,80}\))", "int"),
        rewrite("wb", r"\b(?:0[xXbB])?[\da-fA-F']{1,80}([uU]?(?:wb|WB)[uU]?)\b"),
        rewrite("_Complex", r"\b(_Complex)\b"),
        rewrite("complex", r"\b(?:double|float)\s+(complex)\b"),
        *_BIT_FIELDS,
        rewrite("_Thread_local", r"\b(_Thread_local)\b"),
        rewrite("_Atomic", r"\b(_Atomic\s*\()[\w *]{1,80}(\))"),
        rewrite("auto", r"\b(auto)\s+\*?\s*[A-Za-z_]\w{0,80}\s*=", "int"),  # the type is that of the value
        rewrite("auto", rf"\b(auto)\s+(?:{_OF_C})\b"),  # a variable that is not static
        rewrite("auto", rf"\b(?:{_OF_C})\s+(auto)\s+\*?\s*[A-Za-z_]"),
    ),
    preprocessor=_C_MACROS,
)

_SIMPLE_TYPE = r"(?:const\s+|static\s+){0,2}(?:auto|bool|char|double|float|int|long|short|unsigned)\b[\s*&]{0,20}"
_PLAIN = r"(?:[^(),{};]|\((?:[^(){};]|\([^(){};]{0,80}\)){0,200}\)){1,200}"
_CPP_REWRITES = (
    *_GNU,
    _CASE_RANGE,
    *_BIT_FIELDS,
    rewrite(
        "using", r"\busing\s+[\w:]{1,99}\s*((?:,\s*[\w:]{1,99}\s*){1,19});", shown_by=r"using\s++(?:[\w:]++\s*+[,/]|/)"
    ),
    rewrite(
        ":",
        r"[;{}]\s*(?:[\w:]{1,80}\s+){1,4}[A-Za-z_]\w{0,80}\s*(:\s*\w{1,40})\s*(?:=(?!=)|\{)",
        shown_by=r":\s*+(?:\w++\s*+(?:=(?!=)|[{/])|/)",
    ),  # a bit-field's value
    rewrite("...", r"[A-Za-z_]\w{0,80}(\.\.\.\s*\[[^\[\]]{1,80}\])"),
    rewrite("import", r"^[ \t]*((?:export\s+)?import\b[^;{}()]{0,300});"),
    rewrite("module", r"^[ \t]*((?:export\s+)?module\b[^;{}()]{0,300});"),
    rewrite("export", r"(?:^|[;{}])\s*(export)\s*\{", "namespace"),
    rewrite("export", r"(?:^|[;{}])\s*(export)\s+\w"),
    rewrite("decltype", rf"\bdecltype\s*\({_PLAIN}(,){_PLAIN}(?:(,){_PLAIN})?\)", "+"),  # values in a row
    rewrite("consteval", r"\bif\s*((?:!|not)?\s*consteval)\b", "(1)"),
    rewrite("typename", r"(?:\breturn|[,(=?:]|&&|\|\|)\s*(typename)\s+[\w:]{1,99}\s*(?:<|\(|::)"),
    rewrite("operator", r"\busing\s+[\w:]{1,99}::\s*(operator\s*\(\s*\)\s*(?:\.\.\.)?)\s*;", "_"),
    rewrite("operator", r"->\s*(operator\s*\(\s*\))\s*\(", "_"),
    rewrite("::", r"\(\s*((?:\w{1,80}(?:<\w{1,80}>)?\s*::\s*){1,4})\*\s*\)"),
    rewrite("::", r"[\w>]\s+((?:[A-Za-z_]\w{0,80}\s*::\s*){1,4})\*\s*\w"),  # a pointer to a member
    rewrite("const", r"\)\s*(const)\s*[,>]"),
    rewrite(
        "{", r"[\w>&*\]]\s*(=\s*\{[^(){};]{0,200}\})\s*[,)]", "=0", shown_by=r"=\s*+[{/]"
    ),  # the value of a parameter
    rewrite("delete", r"=\s*delete\s*(\(\s*\"[^\"\n]{0,200}\"\s*\))"),
    rewrite("constinit", r"\b(constinit)\b"),
    rewrite("this", r"\(\s*(this)\s+[A-Za-z_]"),
    rewrite("template", r"(?:^|[;}])\s*((?:extern\s+)?template\s+(?!<)[^;{}]{0,300});"),
    rewrite(
        "->",
        r"(?:^|[;}])\s*((?:explicit\s+)?[A-Za-z_]\w{0,80}\s*\([^;{}()]{0,300}\)\s*->\s*[\w:]{1,99}\s*<[^;{}]{0,300}>)\s*;",
    ),
    rewrite("operator", r"\b(static)\s+[^;{}()=]{0,300}\boperator\b"),
    rewrite("static", r"\)\s*(?:mutable\s+|constexpr\s+){0,2}(static)\s*(?:->|\{|noexcept\b)"),
    rewrite("static", r"\]\s*(static)\s*(?:->|\{)"),
    rewrite(
        ",",
        r"(?:[?:=]|&&|\|\||\breturn)\s*\(\s*\**[\w.\[\]]{1,80}\s*(=)(?!=)[^(){};=]{1,200},",
        "+",
        shown_by=r"\(\s*+(?:\**+[\w.\[\]]++\s*+(?:=(?!=)|/)|/)",
    ),  # (a = b, c)
    rewrite("typeid", r"\b(typeid)\s*\(", "sizeof"),
    rewrite("throw", r"(?:[?:,(]|&&|\|\|)\s*(throw)\b(?!\s*[;:)])", "!"),
    rewrite(["->*", ".*"], r"(->\*|\.\*)\s*[A-Za-z_(]", "+"),
    rewrite(") ", r"(?:\)|else(?<!\welse)|do(?<!\wdo))\s+(" + _SIMPLE_TYPE + r")[A-Za-z_]\w{0,80}\s*[=;{(]"),
    rewrite("new ", r"\bnew\s+[\w:]{1,99}(?:\s*<[^;(){}]{0,300}>)?[\s*]{0,20}(\[\s*\])\s*[{(]"),
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
    shown_by=re.compile(rb"[{=]"),
    refused=(
        only_at_top("translation_unit", _CPP_TOP_LEVEL, unlike(r"module\s*:\s*private\s*;")),
        *_C_AND_CPP,
        Refusal(
            "'using' names no member of a namespace",
            r'((using_declaration) @bad (#match? @bad "^using\\s+\\w+\\s*;"))',
        ),
        Refusal(
            "a function is defined in another",
            "(compound_statement (function_definition type: (_) declarator: (function_declarator)) @bad)",
        ),
        Refusal("an index is empty", '(subscript_argument_list . "[" . "]") @bad'),
        Refusal(
            "a function has no type",
            "(translation_unit (function_definition !type"
            " declarator: (function_declarator declarator: [(identifier) (template_function)])) @bad)",
        ),
        *CPP_REFUSED,
    ),
    includes=frozenset({"c"}),
    rewrites=_CPP_REWRITES,
    preprocessor={**_C_MACROS, b"__cplusplus": b"202302L"},
)
