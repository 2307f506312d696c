"""Rules for Java."""

from __future__ import annotations

import re

from synthcode.languages.rules.java.conditions import has_none_of, is_repeated
from synthcode.languages.rules.model import (
    C_COMMENT,
    C_QUOTED,
    FOREIGN,
    FOREIGN_TYPES,
    Refusal,
    SyntaxRules,
    only_at_top,
    rewrite,
    words,
)
from synthcode.languages.rules.shared.bodies import ends_without_return, has_case_twice, returns_value
from synthcode.languages.rules.shared.declarations import (
    TWICE,
    Names,
    Signature,
    Twice,
    children,
    fields,
    without_label,
)
from synthcode.languages.rules.shared.literals import TEN_DIGITS, above, escapes, like, on_one_line, unlike
from synthcode.languages.rules.shared.scopes import JAVA_HIDES

_TOP_LEVEL = (
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
_STATEMENTS = frozenset(
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
_DIAMOND = re.compile(rb"<\s*+>")
_DO, _RECORD, _VAR_WORD, _TEXT_BLOCK = (re.compile(word) for word in (rb"do\b", rb"record", rb"var\s", rb'"""'))
_CONSTRUCTOR_CALL = re.compile(rb"_(?:(?<=sup__)|(?<=thi_))")
_EMPTY_ARGUMENTS = '(generic_type (type_arguments . "<" . ">")) @bad'
_TYPED = (
    "cast_expression",
    "enhanced_for_statement",
    "field_declaration",
    "formal_parameter",
    "local_variable_declaration",
    "method_declaration",
)

_STATEMENT_PLACES = (
    *("block", "constructor_body", "do_statement", "enhanced_for_statement", "for_statement", "if_statement"),
    *("labeled_statement", "switch_block_statement_group", "while_statement"),
)
_ONE_STATEMENT = "[(do_statement {0}) (enhanced_for_statement body: {0}) (if_statement {0}) (while_statement {0})]"
_ESCAPE = r"""\\(?:[btnfrs"'\\\n]|\r\n|[0-3]?[0-7]{1,2}|u+[0-9A-Fa-f]{4})"""
_LATE_SUPER, _LATE_THIS = "sup__", "thi_"
"""What stands for the call of a constructor that is not the first statement."""
_NO_VAR = "'var' declares local variables only"
_VAR = '(type_identifier) @bad (#eq? @bad "var")'
_TOO_LARGE = "the number is too large"


_KEYWORDS = words(
    "abstract assert boolean break byte case catch char class const continue default do double else enum extends final"
    " finally float for goto if implements import instanceof int interface long native new package private protected"
    " public return short static strictfp super switch synchronized this throw throws transient try void volatile while"
)
_LOOPS = frozenset({"do_statement", "enhanced_for_statement", "for_statement", "while_statement"})
_BREAKABLE = _LOOPS | {"labeled_statement", "switch_expression", "switch_statement"}
_FUNCTIONS = frozenset({"class_body", "constructor_declaration", "lambda_expression", "method_declaration"})
_PARAMETERS = {"formal_parameter": fields("name")}
_TYPE = fields("name")
_MEMBERS: dict[str, Names] = {
    "class_declaration": _TYPE,
    "enum_constant": _TYPE,
    "enum_declaration": _TYPE,
    "field_declaration": fields("declarator", "name"),
    "interface_declaration": _TYPE,
    "local_variable_declaration": fields("declarator", "name"),
    "method_declaration": Signature("formal_parameters"),
    "record_declaration": _TYPE,
}
_NO_LOOP = "there is no loop around it"
_ENDING = '(method_declaration type: (_) @type body: (block) @bad (#not-eq? @type "void"))'
_TYPES = "(class_declaration) (enum_declaration) (interface_declaration) (record_declaration)"
_LESS, _MORE = '["<" "<="]', '[">" ">="]'
_RECORD_PATTERN = r"[\w.<>?]{1,99}\s*\([^(){};]{0,200}\)"

JAVA = SyntaxRules(
    definitions="""
        (method_declaration) @definition
        (class_declaration) @definition
        (interface_declaration) @definition
        (enum_declaration) @definition
        (record_declaration) @definition
        (annotation_type_declaration) @definition
    """,
    shown_by=re.compile(rb"[;{]"),
    refused=(
        only_at_top("program", _TOP_LEVEL),
        Refusal(FOREIGN, f"(method_declaration type: (type_identifier) @bad (#any-of? @bad {FOREIGN_TYPES}))"),
        Refusal(FOREIGN, f"(local_variable_declaration type: (type_identifier) @bad (#any-of? @bad {FOREIGN_TYPES}))"),
        Refusal("a label has no statement", "(labeled_statement (local_variable_declaration) @bad)"),
        Refusal(
            "a declaration cannot be the only statement",
            _ONE_STATEMENT.format("(local_variable_declaration) @bad"),
        ),
        # The value of an arrow in a switch is an expression statement to the grammar.
        *(
            Refusal("not a statement", f"({place} (expression_statement . (_) @bad))", _STATEMENTS)
            for place in _STATEMENT_PLACES
            if place != "do_statement"
        ),
        Refusal("not a statement", "(do_statement (expression_statement . (_) @bad))", _STATEMENTS, shown_by=_DO),
        Refusal(
            "not a statement",
            "(block (switch_expression body: (switch_block (switch_rule (expression_statement . (_) @bad)))))",
            _STATEMENTS,
        ),
        Refusal(
            "a local variable has no such modifier",
            "(block (local_variable_declaration"
            ' (modifiers ["abstract" "private" "protected" "public" "static"] @bad)))',
        ),
        Refusal(
            "only a constructor calls another",
            "(block (expression_statement (method_invocation !object name: (identifier) @bad)"
            f' (#any-of? @bad "{_LATE_SUPER}" "{_LATE_THIS}")))',
            shown_by=_CONSTRUCTOR_CALL,
            hints=(_LATE_SUPER.encode(), _LATE_THIS.encode()),
        ),
        Refusal("a modifier is repeated", "(modifiers) @bad", when=is_repeated),
        *(
            Refusal(_NO_VAR, f"({place.format(_VAR)})", shown_by=_VAR_WORD)
            for place in (
                "field_declaration type: {}",
                "method_declaration type: {}",
                "method_declaration parameters: (formal_parameters (formal_parameter type: {}))",
                "constructor_declaration parameters: (formal_parameters (formal_parameter type: {}))",
            )
        ),
        Refusal(
            "the declaration of a 'var' has no value",
            "(local_variable_declaration type: (type_identifier) @type declarator: (variable_declarator !value) @bad"
            ' (#eq? @type "var"))',
            shown_by=_VAR_WORD,
        ),
        Refusal(FOREIGN, '(local_variable_declaration type: (type_identifier) @bad (#any-of? @bad "const" "goto"))'),
        Refusal(
            "a keyword cannot be a name", f"(variable_declarator name: (identifier) @bad (#any-of? @bad {_KEYWORDS}))"
        ),
        Refusal("a case is there twice", "(switch_block) @bad", when=has_case_twice),
        Refusal(
            "the method returns no value",
            "[(method_declaration type: (void_type) body: (block) @bad)"
            " (constructor_declaration body: (constructor_body) @bad)]",
            when=returns_value,
        ),
        Refusal(
            "the method ends without a value",
            _ENDING,
            when=ends_without_return,
        ),
        Refusal("imports stand before all types", f"(program [{_TYPES}] (import_declaration) @bad)"),
        Refusal(
            "the package stands before all else",
            f"(program [(import_declaration) {_TYPES}] (package_declaration) @bad)",
        ),
        Refusal(
            "a method of an interface has a body",
            "(interface_body (method_declaration body: (_)) @bad)",
            when=has_none_of("default", "private", "static"),
        ),
        Refusal("an abstract method has a body", '(method_declaration (modifiers "abstract") body: (_)) @bad'),
        Refusal(
            "a method has no body",
            "(class_declaration body: (class_body (method_declaration !body) @bad))",
            when=has_none_of("abstract", "native"),
        ),
        Refusal(
            "only the last parameter stands for many",
            "(formal_parameters (spread_parameter) @bad . [(formal_parameter) (spread_parameter)])",
        ),
        Refusal(
            "a primitive type cannot be a type argument",
            "(type_arguments [(boolean_type) (floating_point_type) (integral_type)] @bad)",
        ),
        Refusal("this cannot be assigned to", "(update_expression (method_invocation)) @bad"),
        Refusal(
            "'var' takes no values in braces",
            "(local_variable_declaration type: (type_identifier) @type declarator: (variable_declarator"
            ' value: (array_initializer) @bad) (#eq? @type "var"))',
            shown_by=_VAR_WORD,
        ),
        Refusal(
            "'default' is there twice",
            '(switch_block (_ (switch_label "default")) (_ (switch_label "default") @bad))',
        ),
        *(
            Refusal(
                "comparisons in a row",
                f"(binary_expression left: (binary_expression operator: {order}) operator: {order}) @bad",
            )
            for order in (_LESS, _MORE)  # of both kinds, the grammar takes arguments of a type for some
        ),
        Refusal(_NO_LOOP, "(break_statement) @bad", outside=_BREAKABLE, up_to=_FUNCTIONS),
        Refusal(_NO_LOOP, "(continue_statement) @bad", outside=_LOOPS, up_to=_FUNCTIONS),
        Refusal(TWICE, "(formal_parameters) @bad", when=Twice(_PARAMETERS)),
        Refusal(TWICE, "(type_parameters) @bad", when=Twice({"type_parameter": children("type_identifier")})),
        Refusal(TWICE, "[(class_body) (enum_body) (enum_body_declarations) (program)] @bad", when=Twice(_MEMBERS)),
        Refusal("a name hides another one of its method", "(program) @bad", when=JAVA_HIDES),
        Refusal(
            "there is no such label",
            "[(break_statement (identifier) @bad) (continue_statement (identifier) @bad)]",
            when=without_label(_FUNCTIONS),
            shown_by=re.compile(rb"(?:break|continue)\s+\w"),
            hints=(b"break", b"continue"),
        ),
        escapes(_ESCAPE),
        # Of a text block the grammar has no node for an escape that it does not know.
        escapes(rf'"(?!"").*|"""(?:[^\\]|{_ESCAPE})*', "(string_literal) @bad"),
        Refusal(
            "it is not one character",
            "(character_literal) @bad",
            when=unlike(rf"'(?:[^'\\\n]|{_ESCAPE})'"),
        ),
        on_one_line("(string_literal) @bad", opening='"(?!"")'),
        Refusal(
            "a text block begins on the next line",
            "(string_literal) @bad",
            when=like(r'"""[ \t\f]*[^ \t\f\r\n].*'),
            shown_by=_TEXT_BLOCK,
        ),
        Refusal(_TOO_LARGE, "(decimal_integer_literal) @bad", when=like(above(2**31)), shown_by=TEN_DIGITS),
        Refusal(_TOO_LARGE, "(decimal_integer_literal) @bad", when=like(f"{above(2**63)}[lL]"), shown_by=TEN_DIGITS),
        Refusal("type arguments are empty", f"(type_arguments {_EMPTY_ARGUMENTS})", shown_by=_DIAMOND),
        *(
            Refusal("type arguments are empty", f"({place} type: {_EMPTY_ARGUMENTS})", shown_by=_DIAMOND)
            for place in _TYPED
        ),
        *(
            Refusal(
                "a method has no return type",
                f"({kind}_declaration name: (identifier) @type body: (class_body"
                " (constructor_declaration name: (identifier) @bad)) (#not-eq? @bad @type))",
                shown_by=shown,
            )
            for kind, shown in (("class", None), ("record", _RECORD))
        ),
    ),
    enclosure=(b"class C {\n", b"\n}\n"),
    rewrites=(
        rewrite("module", r"^[ \t]*import\s+(module)\s+\w"),
        rewrite("super", r"[;{}]\s*(super)\s*\(", _LATE_SUPER),
        rewrite("this", r"[;{}]\s*(this)\s*\(", _LATE_THIS),
        rewrite("_", r"\bcase\s+[\w.<>?]{1,99}\s+_((?:\s*,\s*[\w.<>?]{1,99}\s+_){1,9})\s*(?:->|:|when\b)"),
        rewrite(
            "_",
            rf"\bcase\s+{_RECORD_PATTERN}((?:\s*,\s*{_RECORD_PATTERN}){{1,9}})\s*(?:->|:|when\b)",
        ),
        rewrite("(", r"[;{}]\s*(\()\s*\w[\w.\[\]]{0,80}\s*(\))\s*=(?!=)", shown_by=r"\)\s*+(?:=(?!=)|/)"),
        rewrite("final", r"(?:\b(?:case|instanceof)\s|[(,])\s*(final)\s+\w"),
        rewrite(
            ".",
            r"(?:\b(?:case|instanceof)\s|[(,])\s*((?:[A-Za-z_]\w{0,80}\s*\.\s*){1,9})[A-Z]\w{0,80}\s*[(<]",
            shown_by=r"\.\s*+(?:[A-Z]\w*+\s*+[(</]|/)",
        ),
    ),
    literals=re.compile(C_COMMENT + rb"|\"\"\"(?:\\.|[^\\])*?(?:\"\"\"|\Z)|" + C_QUOTED, re.DOTALL),
)
