"""What the compilers of C and C++ refuse after parsing: declarations, jumps, numbers, combinations of types."""

from __future__ import annotations

import re

from synthcode.languages.rules.c_family.declarations import (
    declares_twice,
    defines_twice,
    has_case_twice,
    has_member_twice,
    jumps_wrongly,
)
from synthcode.languages.rules.model import Refusal, words
from synthcode.languages.rules.shared.declarations import TWICE, Twice, children, fields
from synthcode.languages.rules.shared.literals import like, unlike

_LOOPS = frozenset({"do_statement", "for_statement", "for_range_loop", "while_statement"})
_SWITCH = frozenset({"switch_statement"})
_FUNCTIONS = frozenset({"function_definition", "lambda_expression"})
_NO_LOOP = "there is no loop around it"
_NO_SWITCH = "there is no 'switch' around it"
_TARGET = "this cannot be assigned to"
_NOT_COMBINED = "these words do not make a type together"
_STORAGE = words("extern register static")
_OPERATORS = words("+ - / % == != < > <= >= && || | ^ << >>")
"""Those that are not part of a declaration: ``typeof (x) *p = &y;`` reads as a product."""
_KEYWORDS = (
    "break case continue default do else enum for goto if register return sizeof static struct switch typedef union"
    " while"
)
_NO_NAME = "a keyword stands for a name"
_OUTSIDE = "an expression stands outside of a function"
_CALLS = words("assert exit fprintf free main memset printf putchar puts qsort scanf srand")

_CPP_KEYWORDS = (
    "catch class delete explicit export namespace new private protected public template this try typename using virtual"
)
_TYPE_PARAMETERS = {
    "optional_type_parameter_declaration": fields("name"),
    "parameter_declaration": fields("declarator"),
    "type_parameter_declaration": children("type_identifier"),
    "variadic_type_parameter_declaration": children("type_identifier"),
}
_UNSET = "it needs a value"
_MEMBERS_ONLY = "only a member of a class can be that"

_BAD_NUMBER = re.compile(
    rb"[\d.'](?<![\w.'].)(?:(?<=0)(?:[0-7']{0,40}[89]|[bB][01']{0,80}[2-9])|[\d.']{0,39}[eE](?![+-]?\d))"
)
_BAD_TYPE = re.compile(
    rb"\blong\s+long\s+long\b|\b(?:un)?signed\s+(?:(?:un)?signed|double|float|bool|void)\b"
    rb"|\b(?:short\s+long|long\s+short|short\s+short|long\s+(?:float|char|void|bool)|short\s+(?:float|char|double))\b"
)
_BAD_STORAGE = re.compile(rb"\b(?:static|extern|register)\s+(?:static|extern|register)\b")
_BAD_VOID = re.compile(rb"\bvoid\s+\w+\s*(?:[=;,]|\[\d*\])|,\s*void\s*[,)]")
_TYPE_WORDS, _STORAGE_WORDS, _VOID = (b"long", b"short", b"signed"), (b"static", b"extern", b"register"), (b"void",)


_AROUND_NAME = (
    rb"(?:\b(?:auto|bool|char|double|float|int|long|short|unsigned|void)\b\s*+[*&]*+|[*&])\s*+(?:",
    rb")\s*+[=;,)(\[]",
)
"""What stands before a name in a declaration, and after it."""
_KEYWORD_NAMED = re.compile(b"|".join(_KEYWORDS.encode().split()).join(_AROUND_NAME))
_CPP_KEYWORD_NAMED = re.compile(b"|".join(f"{_KEYWORDS} {_CPP_KEYWORDS}".encode().split()).join(_AROUND_NAME))
_GOTO = re.compile(rb"goto\b")

_BOTH = (
    Refusal(_NO_LOOP, "(break_statement) @bad", outside=_LOOPS | _SWITCH, up_to=_FUNCTIONS),
    Refusal(_NO_LOOP, "(continue_statement) @bad", outside=_LOOPS, up_to=_FUNCTIONS),
    Refusal(_NO_SWITCH, "(case_statement) @bad", outside=_SWITCH, up_to=_FUNCTIONS),
    Refusal(
        "there are two labels of one value", "(switch_statement body: (compound_statement) @bad)", when=has_case_twice
    ),
    Refusal(TWICE, "(field_declaration_list) @bad", when=has_member_twice),
    Refusal(TWICE, "(enumerator_list) @bad", when=Twice({"enumerator": fields("name")})),
    Refusal(
        "what is included stands in brackets or quotes",
        r'(preproc_include path: (identifier) @bad (#match? @bad "^[a-z]"))',
    ),
    Refusal(_TARGET, "(update_expression argument: (number_literal) @bad)"),
    Refusal(_TARGET, '(update_expression argument: (update_expression) @bad ["++" "--"] .)'),
    Refusal(_TARGET, "(pointer_expression argument: (number_literal) @bad)"),
    Refusal(
        _NOT_COMBINED,
        "(sized_type_specifier) @bad",
        when=like(
            r"(?:\w+\s+)*?(?:long\s+long\s+long|(?:un)?signed\s+(?:un)?signed|short\s+long|long\s+short"
            r"|short\s+short|(?:un)?signed\s+(?:double|float|bool|void)|long\s+(?:float|char|void|bool)"
            r"|short\s+(?:float|char|double))\b.*"
        ),
        shown_by=_BAD_TYPE,
        hints=_TYPE_WORDS,
    ),
    Refusal(
        _NOT_COMBINED,
        "((storage_class_specifier) @one . (storage_class_specifier) @bad"
        f" (#any-of? @one {_STORAGE}) (#any-of? @bad {_STORAGE}))",
        shown_by=_BAD_STORAGE,
        hints=_STORAGE_WORDS,
    ),
    Refusal(
        "nothing is of the type void",
        "(declaration . type: (primitive_type) @type"
        " declarator: [(identifier) (init_declarator declarator: (identifier)) (array_declarator)] @bad"
        ' (#eq? @type "void"))',
        shown_by=_BAD_VOID,
        hints=_VOID,
    ),
    Refusal(
        "nothing is of the type void",
        '(parameter_list (_) . (parameter_declaration type: (primitive_type) @bad !declarator) (#eq? @bad "void"))',
        shown_by=_BAD_VOID,
        hints=_VOID,
    ),
    Refusal(
        _OUTSIDE,
        "(translation_unit (expression_statement (call_expression function: (identifier) @bad"
        f" (#any-of? @bad {_CALLS}))))",
    ),
)


def _keyword_as_member(sign: re.Pattern[bytes]) -> Refusal:
    return Refusal(_NO_NAME, f"((field_identifier) @bad (#any-of? @bad {words(_KEYWORDS)}))", shown_by=sign)


def _jumps(language_name: str) -> Refusal:
    return Refusal(
        "a label is there twice or missing",
        "(function_definition body: (compound_statement) @bad)",
        when=jumps_wrongly(language_name),
        shown_by=_GOTO,
    )


C_REFUSED = (
    *_BOTH,
    _keyword_as_member(_KEYWORD_NAMED),
    Refusal(
        "there is no such number",
        "(number_literal) @bad",
        when=like(
            r"0[0-7']*+[89][\d']*+[uUlLzZ]*|0[bB][01']*+[2-9].*|(?:[\d']++\.?[\d']*+|\.[\d']++)[eE][+-]?[a-zA-Z]*"
        ),
        shown_by=_BAD_NUMBER,
    ),
    Refusal(
        _NO_NAME,
        f"((identifier) @bad (#any-of? @bad {words(_KEYWORDS)}))",
        shown_by=_KEYWORD_NAMED,
    ),
    Refusal(TWICE, "(compound_statement) @bad", when=declares_twice(heads=False)),
    _jumps("c"),
    Refusal(TWICE, "(translation_unit) @bad", when=defines_twice(overloads=False)),
    Refusal(_TARGET, f"(binary_expression operator: [{_OPERATORS}] right: (assignment_expression) @bad)"),
    Refusal(_TARGET, "(conditional_expression alternative: (assignment_expression) @bad)"),
    Refusal(
        "nothing follows the three points",
        "(parameter_list (variadic_parameter) @bad . (parameter_declaration))",
    ),
)
CPP_REFUSED = (
    *_BOTH,
    _keyword_as_member(_CPP_KEYWORD_NAMED),
    _jumps("cpp"),
    Refusal(TWICE, "(compound_statement) @bad", when=declares_twice(heads=True)),
    Refusal(
        TWICE,
        "[(translation_unit) (declaration_list) (field_declaration_list)] @bad",
        when=defines_twice(overloads=True),
    ),
    Refusal(TWICE, "(field_initializer_list) @bad", when=Twice({"field_initializer": children("field_identifier")})),
    Refusal(TWICE, "(template_parameter_list) @bad", when=Twice(_TYPE_PARAMETERS)),
    Refusal(_TARGET, '(binary_expression operator: ["&&" "||"] right: (assignment_expression) @bad)'),
    Refusal(
        _TARGET,
        "(condition_clause (declaration type: (type_identifier) @type"
        r' declarator: (reference_declarator "&&") @bad (#match? @type "^[a-z]\w*$")))',
    ),
    Refusal("no handler follows 'catch (...)'", '((catch_clause (parameter_list "...")) . (catch_clause) @bad)'),
    Refusal("a handler catches nothing", "(catch_clause parameters: (parameter_list) @bad)", when=like(r"\(\s*\)")),
    Refusal(
        "there is no such suffix",
        "(user_defined_literal (number_literal) (literal_suffix) @bad)",
        when=unlike(r"_\w*|m?s|us|ns|h|min|i[fl]?|d|y|[qQwW]|[uU]?[zZ]|[zZ][uU]|b?f\d{2,3}x?|B?F\d{2,3}x?"),
    ),
    Refusal(_UNSET, "(declaration type: (placeholder_type_specifier) . declarator: (identifier) @bad)"),
    Refusal(
        _UNSET,
        "(compound_statement (declaration . type: [(primitive_type) (placeholder_type_specifier)]"
        " declarator: (reference_declarator) @bad))",
    ),
    Refusal(
        _UNSET,
        "(compound_statement (declaration . (type_qualifier) @kind . type: (primitive_type) . declarator: (identifier)"
        ' @bad (#eq? @kind "const")))',
    ),
    Refusal(
        "there is no such type",
        "(function_definition declarator: (function_declarator parameters: (parameter_list (parameter_declaration"
        " declarator: (reference_declarator [(reference_declarator) (pointer_declarator) (array_declarator)] @bad)))))",
    ),
    Refusal(
        "a parameter without a value follows one with a value",
        "(function_definition declarator: (function_declarator parameters: (parameter_list"
        " (optional_parameter_declaration) . (parameter_declaration) @bad)))",
    ),
    Refusal("a template stands within a function", "(compound_statement (template_declaration) @bad)"),
    Refusal(
        "no template is virtual",
        '(template_declaration [(function_definition "virtual") (declaration "virtual")] @bad)',
    ),
    Refusal(_MEMBERS_ONLY, '(translation_unit (function_definition "virtual" @bad))'),
    Refusal(
        _MEMBERS_ONLY,
        "(translation_unit (function_definition declarator: (function_declarator declarator: (identifier)"
        " [(virtual_specifier) (type_qualifier)] @bad)))",
    ),
    Refusal(
        "it is both static and not",
        "(field_declaration_list (function_definition (storage_class_specifier) @kind declarator: (function_declarator"
        ' (type_qualifier) @bad) (#eq? @kind "static")))',
    ),
    Refusal(
        "it is both static and not",
        '(field_declaration_list (_ (storage_class_specifier) @kind "virtual" @bad (#eq? @kind "static")))',
    ),
    *(
        Refusal(
            "a constructor has a type",
            f"({kind} name: (type_identifier) @type body: (field_declaration_list (function_definition type: (_)"
            " declarator: (function_declarator declarator: (field_identifier) @bad) (#eq? @bad @type))))",
        )
        for kind in ("class_specifier", "struct_specifier")
    ),
    Refusal(
        "a destructor has parameters",
        "(function_declarator declarator: (destructor_name) parameters: (parameter_list (parameter_declaration) @bad)"
        ' (#not-eq? @bad "void"))',
    ),
    Refusal(
        "the type of a member is to be written out",
        "(field_declaration . type: (placeholder_type_specifier) @bad . declarator: (field_identifier))",
    ),
    Refusal(
        "a namespace has no members after a point", '(field_expression argument: (identifier) @bad (#eq? @bad "std"))'
    ),
    Refusal(
        "there is no such prefix of a string",
        '(concatenated_string . (identifier) @bad (#any-of? @bad "f" "fr" "rb" "r" "b" "$"))',
    ),
    Refusal(
        _NO_NAME,
        "([(init_declarator declarator: (identifier) @bad) (function_declarator declarator: (identifier) @bad)"
        f" (parameter_declaration declarator: (identifier) @bad)] (#any-of? @bad {words(_CPP_KEYWORDS)}))",
        shown_by=_CPP_KEYWORD_NAMED,
    ),
)
