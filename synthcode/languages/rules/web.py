"""Rules for JavaScript, TypeScript and PHP."""

from __future__ import annotations

import re

import tree_sitter

from synthcode.languages.rules.model import Refusal, SyntaxRules, rewrite

_FUNCTION_VALUES = "[(arrow_function) (function_expression) (generator_function) (class)]"
_DEFINITIONS = f"""
    (function_declaration) @definition
    (generator_function_declaration) @definition
    (class_declaration) @definition
    (method_definition) @definition
    (variable_declarator value: {_FUNCTION_VALUES}) @definition
    (assignment_expression right: {_FUNCTION_VALUES}) @definition
    (pair value: {_FUNCTION_VALUES}) @definition
    (export_statement value: {_FUNCTION_VALUES}) @definition
"""
_SPACES = "\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
_NAMELESS = "a function statement needs a name"
_WORD = "a single word stands outside of a function"
_TARGET = "this cannot be assigned to"
_REFUSED = (
    Refusal(_NAMELESS, "(expression_statement [(function_expression) (class)] @bad)"),
    Refusal(_NAMELESS, "(expression_statement (binary_expression left: (function_expression) @bad))"),
    Refusal(_NAMELESS, "(expression_statement (call_expression function: (function_expression) @bad))"),
    Refusal("a label has no statement", "(labeled_statement body: [(class_declaration) (lexical_declaration)] @bad)"),
    Refusal(_TARGET, "(binary_expression (assignment_expression) @bad)"),
    Refusal(_TARGET, "(unary_expression (assignment_expression) @bad)"),
    Refusal(
        _TARGET, "(update_expression argument: [(function_expression) (unary_expression) (update_expression)] @bad)"
    ),
    Refusal("an argument is missing", '(arguments . "(" . "," @bad)'),
    Refusal("an argument is missing", '(arguments "," . "," @bad)'),
)

_WORDS = (
    Refusal(_WORD, "(program (expression_statement [(identifier) (unary_expression argument: (identifier))] @bad))"),
    Refusal(_WORD, "(program (expression_statement (binary_expression left: (unary_expression (identifier)) @bad)))"),
    Refusal(_WORD, "(program (labeled_statement body: (expression_statement [(identifier) (number)] @bad)))"),
)

_ACCESSOR = rewrite(
    "accessor",
    r"[;{}\n][ \t]{0,40}(?:@[\w.]{1,99}(?:\([^()\n]{0,99}\))?\s+){0,4}"
    r"(?:(?:static|public|private|protected|readonly|override|abstract)\s+){0,4}(accessor)[ \t]+[\w#$\[]",
)
_USING = (
    rewrite("using", r"(?:^|[;{}(])\s*(await)\s+using\s+[\w$]"),
    rewrite("using", r"(?:^|[;{}(])\s*(using)[ \t]+[\w$]", "const"),
)

JAVASCRIPT = SyntaxRules(
    definitions=_DEFINITIONS,
    shown_by=re.compile(rb"[{]|=>"),
    words=_WORDS,
    rewrites=(_ACCESSOR,),
    spaces=_SPACES,
)
"""What its grammar lets through, an engine finds; see ``gate.javascript_syntax``."""

TYPESCRIPT = SyntaxRules(
    definitions=f"""
        {_DEFINITIONS}
        (abstract_class_declaration) @definition
        (interface_declaration) @definition
        (enum_declaration) @definition
        (type_alias_declaration) @definition
    """,
    shown_by=re.compile(rb"[{]|=>|\btype\b"),
    words=_WORDS,
    refused=(
        *_REFUSED,
        Refusal("a power of a negative needs parentheses", '(binary_expression left: (unary_expression) @bad "**")'),
        Refusal(
            "a variable has no name",
            '(for_statement initializer: (assignment_expression left: (identifier) @bad) (#eq? @bad "let"))',
        ),
    ),
    spaces=_SPACES,
    # Its parser takes a declaration of nothing; that is found where types are checked.
    overlooked='(program . (comment)* . (ERROR . ["const" "let" "var"] .) @overlooked .)',
    overlooked_end=re.compile(rb"(?:const|let|var)\s*+\Z"),
    includes=frozenset({"javascript"}),
    rewrites=(
        _ACCESSOR,
        *_USING,
        rewrite("out ", r"[<,]\s*(?:const\s+)?((?:in\s+)?out)\s+[A-Z_a-z]"),
        rewrite("in ", r"[<,]\s*(?:const\s+)?(in)\s+[A-Z_a-z]", shown_by=r"(?:<|,|const)\s*+(?:in\s|/)"),
        rewrite("import", r"(import\s*\(\s*[\"'][^\"'\n]{0,200}[\"']\s*\))\s*[.<]", "_"),
        # Members of a type that a line break ends, before one that begins with a bracket.
        rewrite(">(", r"[\w>\])}\"']()[ \t]{0,40}\n[\s]*+<[^;{}()]{1,300}>\s*\(", ";"),
        rewrite("=>", r"[\w>\])}\"']()[ \t]{0,40}\n[\s]*+\((?:\)|(?:readonly\s+|\.\.\.)?\w{1,80}\s*[?:])", ";"),
        rewrite("type *", r"\bexport\s+(type)\s+\*"),
        rewrite(":", r"[\[,]\s*(symbol|string|number|boolean|object|unknown|never|any)\s*\??\s*:", "_"),  # of a tuple
        rewrite("using", r"\b(using)\b(?=\s*[-+*/%=.,;:?&|!<>)(\]])", "usin_"),
        rewrite("abstract", r"(?:^|[;{}(,])\s*(abstract)\s*(?:[-+*/%?]?=(?![=>])|[:;,)\]])", "abstrac_"),
        rewrite("accessor", r"[;{}\n]\s*(accessor)\s*[=:;]", "accesso_"),
        rewrite("defer", r"\bimport\s+(defer)\s+\*"),
        rewrite("`", r"[\w)\]]`([^`]{1,2000})`"),  # escapes of a template whose tag reads it raw
        rewrite("as ", r"\b(?:const|let|var)\s+(as)\b", "_s"),
        rewrite("as as", r"[=(,:?\[]\s*(as)\s+as\b", "_s"),
    ),
)

_PHP_FUNCTIONS = frozenset({"anonymous_function", "arrow_function", "function_definition", "method_declaration"})
_PHP_TYPES = frozenset(
    {"anonymous_class", "class_declaration", "enum_declaration", "interface_declaration", "trait_declaration"}
)
_PHP_LOOPS = frozenset({"do_statement", "for_statement", "foreach_statement", "switch_statement", "while_statement"})
_PHP_VALUES = "[(function_call_expression) (member_call_expression) (scoped_call_expression)]"
_TERNARY = "(conditional_expression body: (_))"

_PARAMETER = "[(property_promotion_parameter) (simple_parameter) (variadic_parameter)]"
_VOID = re.compile(rb"void|never", re.IGNORECASE)


def _returns_in_vain(statement: tree_sitter.Node) -> bool:
    """Return whether a function that gives back nothing gives back a value."""
    function = statement.parent
    while function is not None and function.type not in _PHP_FUNCTIONS:
        function = function.parent
    kind = function.child_by_field_name("return_type") if function is not None else None
    return kind is not None and _VOID.fullmatch(kind.text or b"") is not None


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
