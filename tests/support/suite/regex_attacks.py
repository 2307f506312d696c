"""Every regular expression of the code base, how it is used, and texts that make a careless one slow."""

from __future__ import annotations

import ast
import dataclasses
import functools
import importlib
import itertools
import math
import pkgutil
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

PACKAGES = {"synthcode": "synthcode", "synthcode.pipelines": "pipelines", "synthcode.evaluation": "evaluation"}
ROOT = Path(__file__).resolve().parents[3]
USES = ("match", "fullmatch", "search", "finditer", "findall", "sub", "subn", "split")

_GENERAL = (" ", "\n", "a", "0", "`", "~", "\\", '"', "'", "#", "*", "/", "(", "<", "=", "-", ".", ";", "a ", " #")
_GENERAL += ('"\\', "\u00e9")
_ENDINGS = ("", "!`")
_MAX_PREFIXES = 4
_MAX_PUMPS = 24
_FLOOR_S = 0.0001
"""Less is not looked at: what a quadratic pattern takes for a text of ``_SCREENED`` characters is more."""
_FEW = (16, 24)
"""Repetitions with which an exponential pattern takes a while, and not for ever: of a large base and of a small one."""
_EXPONENTIAL = 2.5
"""Four repetitions more take a linear or quadratic pattern at most 1.6 times as long."""
_SCREENED = 1_500
_GROWTH = 9.0
"""Four times the text takes a linear pattern about 4 times as long, a quadratic one 16 times."""

_MEASUREMENTS = 3
"""All of them must show it: other programs that start meanwhile slow one of them down, and take its caches."""


class Pattern(NamedTuple):
    """A regular expression, where it stands, and by which methods it is used."""

    place: str
    compiled: re.Pattern[Any]
    uses: tuple[str, ...]


def module_names() -> list[str]:
    """Return the names of all modules of the code base."""
    names = [
        module.name
        for package, folder in PACKAGES.items()
        for module in pkgutil.walk_packages([str(ROOT / folder)], f"{package}.")
    ]
    return sorted(name for name in names if not name.endswith("__main__"))


@functools.cache
def sources() -> dict[str, ast.Module]:
    """Return the syntax trees of all modules that import ``re``."""
    trees = {}
    for name in module_names():
        path = ROOT / name.replace(".", "/")
        path = path.with_suffix(".py") if path.with_suffix(".py").is_file() else path / "__init__.py"
        text = path.read_text("utf-8")
        if re.search(r"\bimport\b.*\bre\b", text) is None:  # most do not, and to parse them all takes seconds
            continue
        tree = ast.parse(text)
        if any(isinstance(node, ast.Import) and any(one.name == "re" for one in node.names) for node in ast.walk(tree)):
            trees[name] = tree
    return trees


def collect() -> list[Pattern]:
    """Return every compiled pattern that a module holds, in a variable, a container or a field of a dataclass."""
    trees = sources()
    uses = {name: _uses([tree]) for name, tree in trees.items()}
    everywhere = _uses(trees.values())
    found: dict[int, Pattern] = {}
    for name in trees:
        for variable, value in vars(importlib.import_module(name)).items():
            for place, pattern in _patterns_in(value, f"{name}.{variable}", depth=4):
                known = (uses[name] if variable.startswith("_") else everywhere).get(variable, set())
                if not known or place != f"{name}.{variable}":  # used by another name, or out of a container
                    known = uses[name].get("pattern", set()) or {"fullmatch", "finditer"}
                found.setdefault(id(pattern), Pattern(place, pattern, tuple(sorted(known))))
    return sorted(found.values())


def collect_literals() -> tuple[list[Pattern], list[str]]:
    """Return the patterns that functions write out where they use them, and those that they take from elsewhere.

    The first are compiled with a letter for each value that is put in; the second are given as source text.
    """
    literals, others = [], []
    for name, tree in sources().items():
        for call in {id(call): call for call in _calls_in_functions(tree)}.values():
            use = call.func.attr if call.func.attr in USES else "finditer"
            text = _literal(call.args[0])
            if text is None:
                others.append(ast.unparse(call.args[0]))
            else:
                literals.append(Pattern(f"{name}:{call.lineno}", re.compile(text, re.MULTILINE), (use,)))
    return literals, others


def _calls_in_functions(tree: ast.Module) -> Iterator[Any]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from filter(_calls_re, ast.walk(function))


def _literal(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
    return None


def _calls_re(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in (*USES, "compile")
    )


def _uses(trees: Any) -> dict[str, set[str]]:
    """Return the methods by which each variable's pattern is used; a name in two modules counts for both."""
    uses: dict[str, set[str]] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in USES:
                uses.setdefault(node.value.id, set()).add(node.attr)
    return uses


def _patterns_in(value: Any, place: str, depth: int) -> Iterator[tuple[str, re.Pattern[Any]]]:
    if isinstance(value, re.Pattern):
        yield place, value
    elif depth == 0:
        return
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _patterns_in(item, f"{place}[{key!r}]", depth - 1)
    elif isinstance(value, list | tuple | set | frozenset):
        for number, item in enumerate(value):
            yield from _patterns_in(item, f"{place}[{number}]", depth - 1)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from _patterns_in(getattr(value, field.name), f"{place}.{field.name}", depth - 1)


def slow_texts(pattern: Pattern, pumps: int | None = None) -> Iterator[str]:
    """Yield what makes a pattern's time grow faster than the text: the use, prefix, repeated part and ending.

    ``pumps`` is how many parts to repeat are tried; those of the pattern itself come first.
    """
    for use in pattern.uses:
        for prefix, pump, ending in _attacks(pattern.compiled, pumps):
            if _is_slow(_runner(pattern.compiled, use), pattern.compiled, prefix, pump, ending):
                yield f"{use}: {prefix!r} + {pump!r} * n + {ending!r}"
                break


def _runner(compiled: re.Pattern[Any], use: str) -> Callable[[Any], object]:
    if use in ("match", "fullmatch", "search"):
        method: Callable[[Any], object] = getattr(compiled, use)
        return method
    return lambda text: deque(compiled.finditer(text), maxlen=0)


def _is_slow(run: Callable[[Any], object], compiled: re.Pattern[Any], prefix: str, pump: str, ending: str) -> bool:
    def text(times: int) -> Any:
        whole = prefix + pump * times + ending
        return whole if isinstance(compiled.pattern, str) else whole.encode("utf-8", "surrogatepass")

    screened = _SCREENED // len(pump)
    return (
        any(_grows(run, text(times), text(times + 4), _EXPONENTIAL) for times in _FEW)  # before it would take for ever
        or _grows(run, text(screened), text(4 * screened), _GROWTH)
    )


def _grows(run: Callable[[Any], object], short: Any, long: Any, factor: float) -> bool:
    """Return whether a text takes more than so many times as long as another, each time that it is measured."""
    for _ in range(_MEASUREMENTS):
        once = _quickest(run, short, _FLOOR_S)
        if once <= _FLOOR_S or _quickest(run, long, factor * once) <= factor * once:
            return False
    return True


def _quickest(run: Callable[[Any], object], text: Any, enough_s: float) -> float:
    """Return the seconds of the quickest of three runs, or of the first that takes no more than ``enough_s``."""
    quickest = math.inf
    for _ in range(3):
        quickest = min(quickest, _seconds(run, text))
        if quickest <= enough_s:
            break
    return quickest


def _seconds(run: Callable[[Any], object], text: Any) -> float:
    started = time.thread_time()
    run(text)
    return time.thread_time() - started


def _attacks(compiled: re.Pattern[Any], most: int | None) -> Iterator[tuple[str, str, str]]:
    """Yield prefixes, parts to repeat and endings that are made of the pattern itself and of what texts are made of."""
    tree = parser.parse(compiled.pattern, compiled.flags & ~re.DEBUG)
    prefixes: dict[str, None] = {"": None}
    pumps: dict[str, None] = {}
    _gather("", list(tree), prefixes, pumps)
    letters = [pump for pump in pumps if len(pump) == 1][:4]
    pairs = ["".join(pair) for pair in itertools.permutations(letters, 2)]
    chosen = list(dict.fromkeys([*list(pumps)[:_MAX_PUMPS], *pairs, *_GENERAL]))[:most]
    heads = list(prefixes)[:_MAX_PREFIXES]
    for pump, prefix, ending in itertools.product(chosen, heads, _ENDINGS):
        yield prefix, pump, ending


def _gather(before: str, tree: list[Any], prefixes: dict[str, None], pumps: dict[str, None]) -> None:
    """Walk a pattern: what may be repeated are its repeated parts, and all that leads up to them."""
    sample = before
    for code, argument in tree:
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            prefixes[sample] = None
            body = list(argument[2])
            for text in _samples(body):
                if text:
                    pumps[text] = None
            _gather(sample, body, prefixes, pumps)
        elif code is codes.SUBPATTERN:
            _gather(sample, list(argument[3]), prefixes, pumps)
        elif code is codes.ATOMIC_GROUP:
            _gather(sample, list(argument), prefixes, pumps)
        elif code is codes.BRANCH:
            for branch in argument[1]:
                _gather(sample, list(branch), prefixes, pumps)
        elif code in (codes.ASSERT, codes.ASSERT_NOT):
            _gather(sample, list(argument[1]), prefixes, pumps)
        sample += next(iter(_samples([(code, argument)])), "")
        if sample:
            pumps[sample[-40:]] = None


def _samples(tree: list[Any], most: int = 6) -> list[str]:
    """Return some of the texts that a part of a pattern matches."""
    texts = [""]
    for code, argument in tree:
        parts = _part(code, argument, most)
        texts = [text + part for text, part in itertools.product(texts, parts)][: 2 * most]
    return list(dict.fromkeys(texts))[:most]


def _part(code: Any, argument: Any, most: int) -> list[str]:
    if code is codes.LITERAL:
        return [chr(argument)]
    if code is codes.NOT_LITERAL:
        return ["b" if argument != ord("b") else "c", " "]
    if code is codes.ANY:
        return ["a", " "]
    if code is codes.IN:
        return _members(argument)
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        return [text * max(argument[0], 1) for text in _samples(list(argument[2]), most)]
    if code is codes.SUBPATTERN:
        return _samples(list(argument[3]), most)
    if code is codes.ATOMIC_GROUP:
        return _samples(list(argument), most)
    if code is codes.BRANCH:
        return [text for branch in argument[1] for text in _samples(list(branch), 2)][: 4 * most]
    return [""]


def _members(items: list[Any]) -> list[str]:
    categories = {codes.CATEGORY_SPACE: " \n", codes.CATEGORY_DIGIT: "0", codes.CATEGORY_WORD: "a0"}
    others = {codes.CATEGORY_NOT_SPACE: "a#", codes.CATEGORY_NOT_DIGIT: "a ", codes.CATEGORY_NOT_WORD: " #"}
    inside = "".join(
        chr(argument)
        if code is codes.LITERAL
        else chr(argument[0])
        if code is codes.RANGE
        else {**categories, **others}.get(argument, "")
        for code, argument in items
        if code is not codes.NEGATE
    )
    if items and items[0][0] is codes.NEGATE:
        return [letter for letter in "a #0/*\n`" if letter not in inside][:4] or ["\u00e9"]
    return list(dict.fromkeys(inside))[:8]
