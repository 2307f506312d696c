"""The calls of a C# method on cases, and where its results are: returned, passed by reference, or stored in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from synthcode.verification.cases.case import Raises, TestCase, Untestable, Value
from synthcode.verification.cases.kinds import require_one_kind
from synthcode.verification.languages.csharp.literals import bind, common_type, in_range, literal, substituted
from synthcode.verification.languages.csharp.signature import Signature
from synthcode.verification.languages.csharp.types import INTEGERS, CSharpType

HARNESS = "global::SynthcodeHarness.Harness"
_IMMUTABLE = frozenset({"integer", "float", "string", "bool", "char"})
"""What a method can store nothing in."""


def calls_of(number: int, case: TestCase, signature: Signature) -> list[str]:
    """Return the statements that call a method on a case, one for each form of its arguments.

    Raises
    ------
    Untestable
        If the case does not fit the method.
    """
    case = replace(case, arguments=case.passed(signature.required))
    types = _argument_types(case.arguments, signature)
    forms = [_statement(number, case, signature, types, is_loose=is_loose) for is_loose in (False, True)]
    return list(dict.fromkeys(forms))


def _statement(number: int, case: TestCase, signature: Signature, types: list[CSharpType], *, is_loose: bool) -> str:
    values = [literal(value, kind, is_loose=is_loose) for value, kind in zip(case.arguments, types, strict=True)]
    if any(signature.modes):
        return _by_reference(number, case, signature, values)
    call = f"{signature.callee}({', '.join(values)})"
    if signature.returned.kind == "void":
        changed = [place for place, kind in enumerate(types) if kind.kind not in _IMMUTABLE]
        is_stored = len(changed) == 1 and case.expected is not None and not isinstance(case.expected, Raises)
        if is_stored:
            given = [*values]
            given[changed[0]] = "stored"
            call = f"var stored = {values[changed[0]]}; {signature.callee}({', '.join(given)}); return stored;"
            return f"harness.Case({number}, () => {{ {call} }});"
        if changed or isinstance(case.expected, Raises):
            raise Untestable("it returns nothing")
        return f"harness.Case({number}, () => {{ {call}; return null; }});"
    result = f"{HARNESS}.Text({call})" if _check_result(case.expected, signature.returned) else call
    return f"harness.Case({number}, () => {result});"


def _by_reference(number: int, case: TestCase, signature: Signature, values: Sequence[str]) -> str:
    """Return the call of a method with parameters that are passed by reference: they hold results afterwards."""
    given = iter(values)
    declared, passed, stored = [], [], []
    for place, (kind, mode) in enumerate(zip(signature.parameters, signature.modes, strict=True)):
        if not mode:
            passed.append(next(given))
            continue
        name = f"stored{place}"
        declared.append(f"{kind.text} {name};" if mode == "out" else f"{kind.text} {name} = {next(given)};")
        passed.append(f"{mode} {name}")
        stored.append((name, kind))
    if signature.type_parameters:
        raise Untestable("it is generic, and passes values by reference")
    call = f"{signature.callee}({', '.join(passed)})"
    body = f"{' '.join(declared)} {_stored_result(call, stored, case.expected, signature.returned)}"
    return f"harness.Case({number}, () => {{ {body} }});"


def _stored_result(
    call: str, stored: Sequence[tuple[str, CSharpType]], expected: Value | Raises, returned: CSharpType
) -> str:
    """Return the statements that call a method and return what it stores, with what it returns if that is a part."""
    names = [name for name, _ in stored]
    alone = names[0] if len(names) == 1 else f"new object[] {{ {', '.join(names)} }}"
    count = len(expected) if isinstance(expected, tuple) else 0
    if returned.kind == "void":
        if isinstance(expected, Raises) or expected is not None:
            return f"{call}; return {alone};"
        raise Untestable("it returns nothing")
    if count == len(names) + 1:
        return f"var returned = {call}; return new object[] {{ returned, {', '.join(names)} }};"
    if returned.kind == "bool" and not isinstance(expected, bool):
        failed = 'throw new System.Exception("false")' if isinstance(expected, Raises) else "return null"
        return f"if (!{call}) {{ {failed}; }} return {alone};"
    raise Untestable("it is not known which of its values is the result")


def _argument_types(arguments: Sequence[Value], signature: Signature) -> list[CSharpType]:
    """Return the type of each argument, with its type parameters replaced by types that the values have."""
    types = [kind for kind, mode in zip(signature.parameters, signature.modes, strict=True) if mode != "out"]
    if signature.is_variadic:
        types = _spread(arguments, types)
    elif signature.required <= len(arguments) <= len(types):
        types = types[: len(arguments)]
    if len(types) != len(arguments):
        raise Untestable(f"it takes other arguments than {len(arguments)}")
    if not signature.type_parameters:
        return types
    found: dict[str, list[CSharpType]] = {}
    for kind, value in zip(types, arguments, strict=True):
        bind(found, kind, value)
    bound = {name: common_type(kinds) for name, kinds in found.items()}
    return [substituted(kind, bound) for kind in types]


def _spread(arguments: Sequence[Value], types: list[CSharpType]) -> list[CSharpType]:
    """Return the types of arguments of which the last ones, or the last list, fill an array."""
    *fixed, last = types
    if len(arguments) == len(types) and isinstance(arguments[-1], list | tuple):
        return types
    element = last.parts[0] if last.parts else last
    return [*fixed, *[element] * (len(arguments) - len(fixed))]


def _check_result(expected: Value | Raises, kind: CSharpType) -> bool:
    """Return whether characters that a method returns are the expected text.

    Raises
    ------
    Untestable
        If its type has no value like the expected one.
    """
    if isinstance(expected, Raises) or kind.kind in ("object", "parameter", "other"):
        return False
    if expected is None and kind.is_value:
        raise Untestable(f"a result of the type {kind.text} cannot be None")
    if kind.kind == "nullable":
        return _check_result(expected, kind.parts[0]) if expected is not None else False
    if kind.text in INTEGERS and isinstance(expected, int) and not in_range(expected, kind.text):
        raise Untestable(f"a result of the type {kind.text} cannot be so large")
    if kind.kind in ("sequence", "array", "set"):
        if isinstance(expected, str):
            return kind.parts[0].kind == "char"
        if isinstance(expected, list | tuple | set | frozenset):
            if kind.parts[0].kind in ("integer", "float", "string", "bool", "char"):
                require_one_kind(expected, kind.text)
            found = [_check_result(item, kind.parts[0]) for item in expected]  # all of them: each may be refused
            return any(found)
    if kind.kind == "map" and isinstance(expected, dict):
        for one, item in expected.items():
            _check_result(one, kind.parts[0])
            _check_result(item, kind.parts[1])
    if kind.kind == "tuple" and isinstance(expected, list | tuple) and len(expected) == len(kind.parts):
        for item, part in zip(expected, kind.parts, strict=True):
            _check_result(item, part)
    return False
