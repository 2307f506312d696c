"""C# sources taken apart and put together: usings, open and surplus braces, methods without a class."""

from __future__ import annotations

import re

import tree_sitter

from synthcode.comments.snippets import Snippet, captured
from synthcode.languages import get_language
from synthcode.languages.parsing import MAX_BYTES, ParseTimeout, parse
from synthcode.verification.cases.case import Untestable

CSHARP = get_language("csharp")
WRAPPER = "SynthcodeProgram"
"""The class around methods that have none."""
TYPES = frozenset({"class_declaration", "struct_declaration", "record_declaration"})
_USED = (
    "System System.Collections System.Collections.Generic System.IO System.Linq System.Numerics System.Text "
    "System.Text.RegularExpressions System.Threading System.Threading.Tasks"
)
"""What a fragment may use without naming it, as the compiler does by itself since .NET 6, and what MBXP names."""
_USING = re.compile(r"(?m)^[ \t]*(?:global[ \t]+)?(using[ \t]+(?:static[ \t]+)?[\w.]+(?:[ \t]*=[^;\n]+)?[ \t]*;)[ \t]*")
_TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?(?:\*/|\Z)|"{3}.*?(?:"{3}|\Z)|(?:\$@|@\$|@)"(?:[^"]|"")*(?:"|\Z)"""
    r"""|\$?"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])+'?"""
    r"|(?P<brace>[{}])",
    re.DOTALL | re.MULTILINE,
)
_FILE_NAMESPACE = "(file_scoped_namespace_declaration) @n"
_TYPED = frozenset({"identifier", "element_access_expression", "member_access_expression", "binary_expression"})
"""Values that have the same type in a variable: a number written out takes that of its place."""
_ASSIGNED = """
((assignment_expression left: (tuple_expression (argument (element_access_expression))) right: (tuple_expression)) @a)
((assignment_expression left: (tuple_expression (argument (member_access_expression))) right: (tuple_expression)) @a)
"""
_TOP = "[(class_declaration) (struct_declaration) (record_declaration) (interface_declaration)] @t"


def parse_csharp(code: str) -> Snippet:
    """Parse C# as it stands.

    Raises
    ------
    Untestable
        If the parser does not get through it.
    """
    data = code.encode("utf-8", "replace")
    if len(data) > MAX_BYTES:
        raise Untestable("it is too long to be parsed")
    try:
        return Snippet(data, parse(data + b"\n", CSHARP).root_node, 0, ())
    except ParseTimeout as problem:
        raise Untestable("it is too long to be parsed") from problem


def closed(code: str) -> str:
    """Close the braces that a program leaves open: the test of its seed would close them."""
    depth = 0
    for token in _TOKEN.finditer(code):
        if token["brace"]:
            depth += 1 if token["brace"] == "{" else -1
    return code.rstrip() + "\n}" * depth + "\n" if depth > 0 else code


def opened(code: str) -> str:
    """Cut off the closing braces of a test that close what its solution opens."""
    depth = 0
    for token in _TOKEN.finditer(code):
        if token["brace"]:
            depth += 1 if token["brace"] == "{" else -1
            if depth < 0:
                return code[: token.start()]
    return code


def without_usings(code: str) -> tuple[list[str], str]:
    """Take the directives ``using`` out of a program, its lines kept."""
    found: list[str] = [match[1] for match in _USING.finditer(code)]
    return found, _USING.sub("", code)


def usings(*lists: list[str]) -> str:
    """Return the directives of a file in one line, with those that a fragment may lack."""
    own = [re.sub(r"\s+", " ", one).replace(" ;", ";") for listed in lists for one in listed]
    return " ".join(dict.fromkeys([*(f"using {name};" for name in _USED.split()), *own]))


def in_class(code: str) -> str:
    """Return a program without usings whose methods all have a class around them, on the same lines."""
    snippet = parse_csharp(code)
    for node in captured(CSHARP, _FILE_NAMESPACE, snippet.root).get("n", []):  # C# 10: a line without a body
        start, end = snippet.span(node)
        code = (snippet.data[:start] + snippet.data[end:]).decode("utf-8", "replace")
    if has_types(snippet):
        return code
    return f"public class {WRAPPER} {{ {code}\n}}\n"


def whole_program(code: str) -> str:
    """Return a program that can be compiled by itself: with the usual usings, and a class around lone methods.

    It does not use namespaces that neither it nor the platform has: if it needs them, a name remains unknown.
    """
    own, body = without_usings(code)
    known = [one for one in own if _is_known(one, body)]
    try:
        return f'{usings(known)}\n#line 1 "program.cs"\n{in_class(body)}'
    except Untestable:
        return code


def lacks_namespaces(code: str) -> bool:
    """Return whether ``whole_program`` leaves out a namespace that a program says it uses."""
    own, body = without_usings(code)
    return not all(_is_known(one, body) for one in own)


def _is_known(using: str, body: str) -> bool:
    if "=" in using:
        return True  # the compiler resolves an alias, even an unused one
    root = re.findall(r"\w+", using)[2 if re.match(r"using\s+static\s", using) else 1]
    return root in ("System", "Microsoft") or re.search(rf"\b(?:namespace|class|struct)\s+{root}\b", body) is not None


def without_swaps(code: str) -> str:
    """Return a program whose assignments such as ``(a[i], a[j]) = (a[j], a[i]);`` go through variables.

    The compiler of Mono 6.8 refuses some of them, and compiles others so that the first value is lost.
    """
    snippet = parse_csharp(code)
    edits: list[tuple[int, int, bytes]] = []
    for number, node in enumerate(captured(CSHARP, _ASSIGNED, snippet.root).get("a", [])):
        sides = [node.child_by_field_name(side) for side in ("left", "right")]
        left, right = ([one for one in side.named_children if one.type == "argument"] if side else [] for side in sides)
        statement = node.parent
        values = [one.named_children[-1] for one in right if one.named_children]
        is_plain = len(left) == len(values) > 1 and not any(b"var " in snippet.bytes_of(one) for one in left)
        is_plain = is_plain and all(one.type in _TYPED for one in values)
        if not is_plain or statement is None or statement.type != "expression_statement":
            continue
        names = [f"swapped{number}_{place}".encode() for place in range(len(left))]
        made = [b"var %s = %s;" % (name, snippet.bytes_of(one)) for name, one in zip(names, right, strict=True)]
        made += [b"%s = %s;" % (snippet.bytes_of(one), name) for name, one in zip(names, left, strict=True)]
        edits.append((*snippet.span(statement), b"{ " + b" ".join(made) + b" }"))
    data = bytearray(snippet.data)
    for start, end, text in sorted(edits, reverse=True):
        data[start:end] = text
    return data.decode("utf-8", "replace") if edits else code


def has_types(snippet: Snippet) -> bool:
    """Return whether a program declares a class or another type at its top."""
    return bool(captured(CSHARP, _TOP, snippet.root)) and not any(
        child.type in ("global_statement", "ERROR") for child in snippet.root.named_children
    )


def enclosing_type(node: tree_sitter.Node) -> tree_sitter.Node | None:
    """Return the innermost type around a node."""
    above = node.parent
    while above is not None and above.type not in {*TYPES, "interface_declaration"}:
        above = above.parent
    return above


def end_of_body(snippet: Snippet, node: tree_sitter.Node) -> int:
    """Return the offset of the brace that closes the body of a type, in bytes.

    Raises
    ------
    Untestable
        If it has none.
    """
    body = node.child_by_field_name("body")
    end = snippet.span(body)[1] - 1 if body is not None else -1
    if body is None or snippet.data[end : end + 1] != b"}":
        raise Untestable("its class has no body")
    return end
