"""Calls a Python function on cases, in a sandbox. This file is not imported: it is copied there, and run there.

It lies next to ``solution.py`` (the program) and ``cases.json``. Everything that it uses later is bound before the
program runs, which may replace builtins and modules.
"""

# mypy: ignore-errors

import importlib.util
import json
import math
import os
import sys
import types

_DEEPEST = 50
LAZY = (types.GeneratorType, map, filter, zip, enumerate, reversed, range)
"""What other languages return as a list."""


def entry_point(path, plan):
    """Run a program and return the function that is called."""
    specification = importlib.util.spec_from_file_location("solution", path)
    module = importlib.util.module_from_spec(specification)
    sys.modules["solution"] = module
    specification.loader.exec_module(module)
    return function_in(module, plan)


def function_in(module, plan):
    """Return the function that is called: of the module, or of a class in it."""
    function = module
    for name in plan["path"]:
        function = getattr(function, name)
    return getattr(getattr(module, plan["path"][0])(), plan["path"][1]) if plan["instance"] else function


def parsed(source):
    """Return the arguments of a call from their source."""
    return eval(source, {"inf": math.inf, "nan": math.nan})


def main(nonce, function_of=entry_point, arguments_of=parsed, write=os.write, encode=json.dumps, end=os._exit):
    """Run all cases; write a line for each."""

    def emit(text):
        data = f"\n{nonce} {text}\n".encode()
        while data:
            data = data[write(1, data) :]

    with open("cases.json", encoding="utf-8") as file:
        plan = json.load(file)
    function = function_of("solution.py", plan)
    for place, source in plan["cases"]:
        arguments = arguments_of(source)
        try:
            result = form(function(*arguments))
        except ModuleNotFoundError:
            raise  # what it would return is not known here
        except Exception as problem:
            result = {"raised": type(problem).__name__}
        emit(f"{place} {encode(result)}")
    sys.stdout.flush()
    emit("end")
    end(0)


def form(value, depth=0, kind=type, deepest=_DEEPEST):
    """Return a value in canonical JSON's terms."""
    if depth > deepest:
        return {"other": "a value nested too deeply"}
    exact = kind(value)
    if exact in LAZY:
        value, exact = list(value), list
    if value is None or exact in (bool, int, str):
        return value
    if exact is float:
        if value != value:
            return {"float": "nan"}
        return value if abs(value) != math.inf else {"float": "inf" if value > 0 else "-inf"}
    if issubclass(exact, list):
        return [form(item, depth + 1) for item in list.__iter__(value)]
    if issubclass(exact, tuple):
        return {"tuple": [form(item, depth + 1) for item in tuple.__iter__(value)]}
    if issubclass(exact, (set, frozenset)):
        return {"set": sorted((form(item, depth + 1) for item in value), key=repr)}
    if issubclass(exact, dict):
        return {"map": [[form(key, depth + 1), form(item, depth + 1)] for key, item in dict.items(value)]}
    return {"other": exact.__name__}


if __name__ == "__main__":
    main(sys.stdin.readline().strip())
