"""Rules for C#."""

from __future__ import annotations

import re
from collections.abc import Iterator

import tree_sitter

from synthcode.languages.rules.csharp.conditions import (
    FUNCTIONS,
    ends_without_value,
    falls_through,
    goes_on_after_params,
    has_no_value,
    is_repeated,
    lacks,
    lacks_a_value,
    repeats_a_name,
)
from synthcode.languages.rules.model import FOREIGN, FOREIGN_TYPES, Refusal, SyntaxRules, rewrite, words
from synthcode.languages.rules.shared.bodies import has_case_twice, returns_value
from synthcode.languages.rules.shared.declarations import TWICE, Names, Signature, Twice, fields, without_label
from synthcode.languages.rules.shared.literals import TEN_DIGITS, above, like, unlike
from synthcode.languages.rules.shared.scopes import CSHARP_HIDES

_NO_TYPE = "a method has no type"
_NO_PARAMETER_TYPE = "a parameter has no type"

_NO_ARRAY = "a list in braces has no type here"
_NO_VAR = "'var' declares local variables only"
_BRANCHES = "[(do_statement {0}) (for_statement {0}) (foreach_statement {0}) (if_statement {0}) (while_statement {0})]"


_KEYWORDS = words(
    "abstract as base bool break byte case catch char checked class const continue decimal default delegate do double"
    " else enum event explicit extern false finally fixed float for foreach goto if implicit in int interface internal"
    " is lock long namespace new null object operator out override params private protected public readonly ref return"
    " sbyte sealed short sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked"
    " unsafe ushort using virtual void volatile while"
)


def _variables(declaration: tree_sitter.Node) -> Iterator[bytes]:
    for variables in declaration.named_children:
        for one in variables.named_children if variables.type == "variable_declaration" else ():
            name = one.child_by_field_name("name") if one.type == "variable_declarator" else None
            if name is not None and name.type == "identifier" and name.text != b"_":
                yield name.text or b""


_TYPE = fields("name")
_PARTIAL = re.compile(rb"\bpartial\b")
_DECLARED: dict[str, Names] = {
    "enum_declaration": _TYPE,
    "field_declaration": _variables,
    "local_declaration_statement": _variables,
    "local_function_statement": _TYPE,
    "method_declaration": Signature("parameter_list", _PARTIAL),
}
_LOOPS = frozenset({"do_statement", "for_statement", "foreach_statement", "while_statement"})
_NO_LOOP = "there is no loop around it"
_DEFAULT = '(switch_section . "default")'
_TYPES = "(class_declaration) (enum_declaration) (interface_declaration) (record_declaration) (struct_declaration)"
_LESS, _MORE = '["<" "<="]', '[">" ">="]'
_MEMBERS = r"[\w.?\[\]\"]{1,200}"
_DIRECTIVE = r"\n[ \t]*+#"
_ANY_LIST = r"\[[\s.]*+[\]/]"
_ASSIGNMENT = r"(?:[-+*/%&|^]|<<|>>>?|\?\?)?=(?![=>])"

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
    shown_by=re.compile(rb"[;{]"),
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
        Refusal(FOREIGN, f"(variable_declaration type: (identifier) @bad (#any-of? @bad {FOREIGN_TYPES}))"),
        Refusal("a declaration cannot be the only statement", _BRANCHES.format("(local_declaration_statement) @bad")),
        Refusal(
            "a local variable has no such modifier",
            '(block (local_declaration_statement (modifier) @bad (#not-eq? @bad "const")))',
        ),
        Refusal(
            "a local function has no such modifier",
            "(block (local_function_statement (modifier) @bad))",
            when=unlike("async|extern|static|unsafe"),
        ),
        Refusal("a modifier is repeated", "(modifier) @bad", when=is_repeated),
        Refusal(_NO_ARRAY, "(expression_statement (assignment_expression right: (initializer_expression) @bad))"),
        Refusal(_NO_ARRAY, "(return_statement (initializer_expression) @bad)"),
        Refusal(_NO_ARRAY, "(argument (initializer_expression) @bad)"),
        Refusal(_NO_ARRAY, "(arrow_expression_clause (initializer_expression) @bad)"),
        Refusal(
            _NO_ARRAY,
            "(variable_declaration type: (implicit_type) (variable_declarator (initializer_expression) @bad))",
        ),
        Refusal(_NO_VAR, "(field_declaration (variable_declaration type: (implicit_type) @bad))"),
        Refusal(_NO_VAR, "(method_declaration returns: (implicit_type) @bad)"),
        Refusal(
            "the declaration of a 'var' has no value",
            "(local_declaration_statement (variable_declaration type: (implicit_type) (variable_declarator) @bad))",
            when=has_no_value,
        ),
        Refusal(FOREIGN, '(variable_declaration type: (identifier) @bad (#any-of? @bad "const" "import"))'),
        Refusal(_NO_LOOP, "(break_statement) @bad", outside=_LOOPS | {"switch_statement"}, up_to=FUNCTIONS),
        Refusal(_NO_LOOP, "(continue_statement) @bad", outside=_LOOPS, up_to=FUNCTIONS),
        Refusal("'default' is there twice", f"(switch_body {_DEFAULT} {_DEFAULT} @bad)"),
        Refusal("'using' stands before all types", f"(compilation_unit [{_TYPES}] (using_directive) @bad)"),
        Refusal(
            "a method has no body",
            "(class_declaration body: (declaration_list (method_declaration !body) @bad))",
            when=lacks("abstract|extern|partial"),
        ),
        Refusal(
            "an abstract method has a body",
            '(method_declaration (modifier "abstract") body: (_)) @bad',
        ),
        Refusal("an argument is there twice", "(parameter_list) @bad", when=repeats_a_name),
        Refusal(TWICE, "[(declaration_list) (compilation_unit)] @bad", when=Twice(_DECLARED)),
        Refusal(TWICE, "((block (local_function_statement)) @bad)", when=Twice(_DECLARED)),
        Refusal("a name hides another one of its method", "(compilation_unit) @bad", when=CSHARP_HIDES),
        Refusal("a case is there twice", "(switch_body) @bad", when=has_case_twice),
        *(
            Refusal(why, f'({method}: (_) @type body: (block) @bad ({operator} @type "void"))', when=condition)
            for why, operator, condition in (
                ("the method returns no value", "#eq?", returns_value),
                ("the method ends without a value", "#not-eq?", ends_without_value),
            )
            for method in ("local_function_statement type", "method_declaration returns")
        ),
        Refusal(
            "a keyword cannot be a name",
            f"(variable_declarator name: (identifier) @bad (#any-of? @bad {_KEYWORDS}))",
        ),
        Refusal(
            "the size of an array stands after 'new'",
            "(local_declaration_statement (variable_declaration (variable_declarator (bracketed_argument_list) @bad)))",
        ),
        Refusal(TWICE, "(enum_member_declaration_list) @bad", when=Twice({"enum_member_declaration": _TYPE})),
        Refusal(TWICE, "(type_parameter_list) @bad", when=Twice({"type_parameter": _TYPE})),
        Refusal("the end of a section can be reached", "(switch_section) @bad", when=falls_through),
        Refusal(
            "only the last parameter stands for many",
            "(parameter_list) @bad",
            when=goes_on_after_params,
            shown_by=re.compile(rb"params\b"),
        ),
        Refusal(
            "there is no such label",
            '(goto_statement . "goto" . (identifier) @bad)',
            when=without_label(FUNCTIONS),
            shown_by=re.compile(rb"goto\b"),
        ),
        Refusal("a parameter without a value follows one with", "(parameter_list) @bad", when=lacks_a_value),
        Refusal("'catch' or 'finally' is missing", '(try_statement "try" . (block) .) @bad'),
        Refusal(
            "an exception has no type",
            '(catch_declaration type: (identifier) @bad !name (#match? @bad "^(?:e|ex|exc|err|error|exception)$"))',
        ),
        Refusal("'await' outside of async code", "(await_expression) @bad", when=lacks("async")),
        *(
            Refusal(
                "comparisons in a row",
                f"(binary_expression left: (binary_expression operator: {order}) operator: {order}) @bad",
            )
            for order in (_LESS, _MORE)  # of both kinds, the grammar takes arguments of a type for some
        ),
        Refusal("the variable of a loop has no type", "(foreach_statement . left: (identifier) @bad)"),
        Refusal(
            "the number is too large",
            "(integer_literal) @bad",
            when=like(rf"{above(2**64 - 1)}[uUlL]*"),
            shown_by=TEN_DIGITS,
        ),
    ),
    enclosure=(b"class C {\n", b"\n}\n"),
    rewrites=(
        rewrite("#", r"^(#[:!][^\n]{0,300})", shown_by=_DIRECTIVE),  # options of a program in one file
        rewrite("#", r"^[ \t]*(#[ \t]*(?:else|elif)\b[\s\S]{0,3000}?#[ \t]*endif\b[^\n]{0,300})", shown_by=_DIRECTIVE),
        rewrite("#", r"^[ \t]*(#[^\n]{0,300})$", shown_by=_DIRECTIVE),
        rewrite("..", r"[\[,]\s*(\.\.)\s*[\w({\[]"),
        # a pattern of any list, or of an empty one
        rewrite("[", r"\[\s*((?:\.\.)?)\s*\]\s*(?:=>|when\b|:)", "_", shown_by=_ANY_LIST),
        rewrite("[", r"\b(?:is|not|case|and|or)\s*\[\s*((?:\.\.)?)\s*\]", "_", shown_by=_ANY_LIST),
        rewrite("when", r"[{,]\s*(\[[^\[\]{}();]{1,200}\])\s*when\b", "_"),  # a list pattern with a guard
        rewrite("..", r"\[\s*(\.\.)\s*,", "_"),  # the rest of a list, and then its end
        rewrite(
            "extension",
            r"\b(extension)\s*(?:<[^;{}()]{1,200}>)?\s*\([^;{}]{0,300}\)\s*(?:where\b[^;{}]{0,200})?\{",
            "struct  E",
        ),
        rewrite(
            "struct  E", r"\bstruct  E\s*(?:<[^;{}()]{1,200}>)?\s*(\(\s*[\w.<>,?\[\]]{1,99}\s*\))"
        ),  # a receiver without a name
        rewrite("?", rf"[\w\])](\?)(?=[.\[]{_MEMBERS}\s*{_ASSIGNMENT})"),
        rewrite("async", r"\b(async)\s*[,);:.?&|!=+*/%>\]\[-]", "asyn_"),  # a variable
        rewrite(
            "await", r"\b(await)(?:\s*(?:[,);:.?|=+/%<>\]}]|!=|&&|-[^-])|\[)", "awai_"
        ),  # in code that is not async
        rewrite("await", r"[,(=:?!+*/%&|<>-]\s*(await)\s*[-+*/%&|<>]\s*\w", "awai_"),
        rewrite("required", r"\b(required)\s*[,);:.?&|!=+*/%<>\[-]", "require_"),
        rewrite("partial", r"\b(partial)\s*[,);:.?&|!=+*/%<>\]\[(-]", "partia_"),
        rewrite("partial", r"\b(partial)\s+(?:in|is|as)\b", "partia_"),
        rewrite("with", r"\b(with)\s*[,);:.?&|!=+*/%<>\]\[(-]", "wit_"),
        rewrite("int", r"\b(nu?int)\b", "nin_", shown_by=r"nu?+int"),
        rewrite(
            "(",
            rf"[;{{}}]\s*[\w.<>]{{1,99}}(\([^(){{}};]{{0,200}}\))\s*{_ASSIGNMENT}",
            shown_by=r"\)\s*+(?:[-+*/%&|^]|<<|>>>?+|\?\?)?+=(?![=>])",
        ),  # what it refers to
        rewrite("allows", r"(,\s*allows\s+ref\s+struct)\b"),
        rewrite("allows", r":\s*(allows\s+ref\s+struct)\b", "class"),
        rewrite("operator", r"\b(operator\s*(?:checked\s*)?(?:[-+*/%&|^]|<<|>>>?)=)\s*\(", "_"),
        rewrite("operator", r"\bvoid\s+(operator\s*(?:checked\s*)?(?:\+\+|--))\s*\(", "_"),
        rewrite("params", r"[(,]\s*(params)\s+[^(){};]{1,99}\)\s*=>"),
        rewrite("=>", r"[(,]\s*(ref\s+readonly|ref|out|in|scoped)\s+[A-Za-z_]\w{0,80}\s*(?=[,)])"),
    ),
)
