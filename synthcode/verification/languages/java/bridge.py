"""A seed's own test, adapted to a program that names the entry point or its class in another way."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from synthcode.entry_points import spelling
from synthcode.languages import get_language
from synthcode.verification.languages.java.signature import Method, words_before
from synthcode.verification.languages.java.source import Source
from synthcode.verification.languages.jvm.trees import Edit, edited, name_of, nodes, text_of

_JAVA = get_language("java")
_RENAMED = "OfTest"
_NAMES = frozenset({"identifier", "type_identifier"})
_CLOSED = frozenset({"final", "sealed"})
_DECLARATORS = frozenset({"variable_declarator", "formal_parameter"})
_CREATION = "object_creation_expression"
_SOLUTION = "Solution"


def bridged(program: Source, method: Method, test: Source, entry_point: str) -> tuple[str, str]:
    """Adapt a test to a program.

    Calls of the entry point go to the program's method, by its class or on a new object; types of the test's that have
    a name of the program's get another; a class that the test only names is derived from the program's.

    Returns
    -------
    str
        The types of the test.
    str
        The name of the one with the main method; empty if there is none.
    """
    tail = edited(test.body, _edits(program, method, test, entry_point))
    main = next((name for name, node in test.types.items() if _has_main(node)), "")
    return tail + _derived(program, method, test), main + (_RENAMED if main in program.types else "")


def opened(program: Source, method: Method) -> str:
    """Return a program's types, with a method that other classes may call."""
    listed = next((child for child in method.node.children if child.type == "modifiers"), None)
    private = [one for one in (listed.children if listed is not None else ()) if one.type == "private"]
    return edited(program.body, [(one.start_byte, one.end_byte, "       ") for one in private])


def _edits(program: Source, method: Method, test: Source, entry_point: str) -> Iterator[Edit]:
    called = set()
    variables = {name_of(one) for one in nodes(test.root) if one.type in _DECLARATORS}
    own = {name_of(one) for one in nodes(test.root) if one.type == "method_declaration"}
    for node in nodes(test.root):
        name, target = node.child_by_field_name("name"), node.child_by_field_name("object")
        if node.type != "method_invocation" or name is None or spelling(text_of(name)) != spelling(entry_point):
            continue
        if target is None and text_of(name) in own:
            continue
        yield name.start_byte, name.end_byte, method.name
        place = method.owner if method.is_static else f"new {method.owner}()"
        if target is None:
            yield name.start_byte, name.start_byte, f"{place}."
        elif target.type == "identifier" and text_of(target) not in variables:
            called.add(target.id)
            if text_of(target) != method.owner or not method.is_static:
                yield target.start_byte, target.end_byte, place
    for node in nodes(test.root):
        if node.type in _NAMES and text_of(node) in program.types.keys() & test.types.keys() and node.id not in called:
            yield node.end_byte, node.end_byte, _RENAMED


def _derived(program: Source, method: Method, test: Source) -> str:
    """Return classes that stand for those which the test makes objects of and no program defines."""
    made = {text_of(one.child_by_field_name("type")) for one in nodes(test.root) if one.type == _CREATION}
    owner = program.types.get(method.owner)
    if owner is None or owner.type != "class_declaration" or words_before(owner) & _CLOSED:
        return ""
    missing = sorted(name for name in made if name == _SOLUTION and name not in {*program.types, *test.types})
    return "".join(f"\nclass {name} extends {method.owner} {{ }}\n" for name in missing)


def _has_main(node: tree_sitter.Node) -> bool:
    return any(one.type == "method_declaration" and name_of(one) == "main" for one in nodes(node))
