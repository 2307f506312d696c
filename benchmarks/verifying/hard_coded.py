"""Programs that know their tests: a chain of conditions on the tests' arguments, each with the expected result.

They are made from the release's own tests, whose lines hold arguments and results as literals of the language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from verifying.releases.mbxp import CLOSED_BY_TEST
from verifying.releases.release import Problem


class _Form(NamedTuple):
    """How a language writes such a program."""

    result: str
    """The pattern of a test's line that holds an expected result; ``{n}`` is the number of the call."""
    condition: str
    """A line that returns ``{result}`` if the parameters ``{names}`` equal ``{arguments}``."""
    last: str
    """The line that returns the last result whatever the arguments."""
    end: str
    argument: str = ""
    """The pattern of a line that holds one argument, ``{n}`` of the call and ``{m}`` of the argument; or empty."""
    name: Callable[[str], str] = str
    """Takes the name from the declaration of a parameter."""


def _last_word(declaration: str) -> str:
    return (re.findall(r"\$?\w+", declaration) or [""])[-1]


def _first_word(declaration: str) -> str:
    return (re.findall(r"\$?\w+", declaration) or [""])[0]


_JSON = "if (JSON.stringify([{names}]) === JSON.stringify([{arguments}])) return {result};"
_FORMS = {
    "javascript": _Form(
        r"var v{n} = (.*);", _JSON, "return {result};", "}\n", r"var arg{n}{m} = (.*);", name=_first_word
    ),
    "typescript": _Form(r"let expected_{n1} = (.*);", _JSON, "return {result};", "}\n", name=_first_word),
    "php": _Form(
        r"\$v{n} = (.*);",
        "if ([{names}] == [{arguments}]) return {result};",
        "return {result};",
        "}\n",
        r"\$arg{n}{m} = (.*);",
        name=_first_word,
    ),
    "ruby": _Form(
        r"v{n} = (.*)",
        "return {result} if [{names}] == [{arguments}]",
        "return {result}",
        "end\n",
        r"arg{n}{m} = (.*)",
        name=_first_word,
    ),
    "java": _Form(
        r"\S.* v{n} = (.*);",
        "if (Arrays.asList(new Object[]{{{names}}}).equals(Arrays.asList(new Object[]{{{arguments}}}))) "
        "return {result};",
        "return {result};",
        "}\n}\n",
        r"\S.* arg{n}{m} = (.*);",
        name=_last_word,
    ),
    "kotlin": _Form(
        r"var v{n} : .* = (.*);",
        "if (listOf<Any?>({names}) == listOf<Any?>({arguments})) return {result}",
        "return {result}",
        "}\n",
        r"var arg{n}{m} : .*? = (.*)",
        name=_first_word,
    ),
    "cpp": _Form(
        r"if \(!\(compare\(x{n}, (.*)\)\)\) \{{",
        "if (make_tuple({names}) == make_tuple({arguments})) return {result};",
        "return {result};",
        "}\n",
        name=_last_word,
    ),
    "csharp": _Form(
        r"var expected{n1} = (.*);",
        "if (new CompareLogic().Compare(new object[] {{{names}}}, new object[] {{{arguments}}}).AreEqual) "
        "return {result};",
        "return {result};",
        CLOSED_BY_TEST["csharp"],
        name=_last_word,
    ),
    "go": _Form(
        r"expected_{n1} := (.*)",
        "if reflect.DeepEqual([]interface{{}}{{{names}}}, []interface{{}}{{{arguments}}}) {{ return {result} }}",
        "return {result}",
        "}\n",
        name=_first_word,
    ),
    "python": _Form(
        r"assert candidate\(.*\)\s*==\s*(.*)",
        "if ({names},) == ({arguments},): return {result}",
        "return {result}",
        "",
        name=_first_word,
    ),
}
_MOST_CALLS = 20
_COMMENT = re.compile(r"\s*(?:\*|//|#|>)")


def hard_coded(problem: Problem) -> str | None:
    """Return a program that passes the release's test and does nothing else; None if the test has another form."""
    form = _FORMS[problem.language]
    names = _parameters(problem, form)
    calls = _calls(problem, form)
    if not names or not calls:
        return None
    joined = ", ".join(names)
    lines = [form.condition.format(names=joined, arguments=given, result=result) for given, result in calls[:-1]]
    lines.append(form.last.format(result=calls[-1][1]))
    indentation = re.findall(r"(?m)^[ \t]*(?=\S)", problem.prompt)[-1] if problem.language == "python" else ""
    return "\n".join([problem.prompt, *(indentation + line for line in lines), form.end])


def _parameters(problem: Problem, form: _Form) -> list[str]:
    """Return the names of the parameters in the prompt's last signature."""
    signature = re.compile(rf"(?m)^.*\b{re.escape(problem.entry_point)}\b[^(\n]*(?=\()")
    found = [match for match in signature.finditer(problem.prompt) if not _COMMENT.match(match[0])]
    if not found:
        return []
    inside = _bracketed(problem.prompt, found[-1].end())
    return [form.name(part) for part in _split(inside)] if inside is not None else []


def _calls(problem: Problem, form: _Form) -> list[tuple[str, str]]:
    """Return arguments and result of each call in the test, as text."""
    calls = []
    for number in range(_MOST_CALLS):
        found = _line(problem.test, form.result, number, 0)
        given = _arguments(problem, form, number)
        if found is None or given is None:
            break
        calls.append((given, found))
    return calls


def _arguments(problem: Problem, form: _Form, number: int) -> str | None:
    if form.argument:
        found = [_line(problem.test, form.argument, number, place) for place in range(9)]
        return ", ".join(one for one in found if one is not None)
    calls = [
        match.end() for match in re.finditer(rf"\b({re.escape(problem.entry_point)}|candidate)(?=\()", problem.test)
    ]
    return _bracketed(problem.test, calls[number]) if number < len(calls) else None


def _line(test: str, pattern: str, number: int, place: int) -> str | None:
    matches = re.findall(rf"(?m)^\s*{pattern.format(n=number, n1=number + 1, m=place)}\s*$", test)
    if "candidate" in pattern:
        return matches[number] if number < len(matches) else None
    return matches[0] if matches else None


def _bracketed(text: str, start: int) -> str | None:
    """Return what stands between a bracket and the one that closes it."""
    depth = 0
    quote = ""
    place = start
    while place < len(text):
        character = text[place]
        if quote:
            place += character == "\\"
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
            if depth == 0:
                return text[start + 1 : place]
        place += 1
    return None


def _split(parameters: str) -> Sequence[str]:
    """Split at the commas that stand in no bracket."""
    parts, depth = [""], 0
    for character in parameters:
        depth += (character in "([{<") - (character in ")]}>")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip().split("=")[0].strip() for part in parts if part.strip()]
