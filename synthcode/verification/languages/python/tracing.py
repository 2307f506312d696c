"""Runs a Python program with its own test and records the calls of its entry point, in a sandbox.

This file is not imported: it is copied there, and run there, next to ``solution.py``, ``test.py`` and ``plan.json``. It
writes a line for each call: where it stands in the test, its arguments, and its result, as canonical JSON.
"""

# mypy: ignore-errors

import inspect
import json
import os
import random
import sys
import types

from harness import LAZY, form

_MOST_CALLS = 400
_LONGEST = 20_000


def _main(nonce, write=os.write, encode=json.dumps, end=os._exit):
    def emit(text):
        data = f"\n{nonce} {text}\n".encode()
        while data:
            data = data[write(1, data) :]

    with open("plan.json", encoding="utf-8") as file:
        name = json.load(file)["entry_point"]
    space = {"__name__": "solution"}
    random.seed(0)  # so that a test's random inputs are the same each time
    _run("solution.py", space)
    function = space[name]
    arguments_of = _reader(function)
    calls = []

    def recorder(*arguments, **keywords):
        record = {"at": _position(sys._getframe(1)), **arguments_of(arguments, keywords)}
        try:
            result = function(*arguments, **keywords)
        except Exception as problem:
            record["result"] = {"raised": type(problem).__name__}
            raise
        else:
            result = list(result) if type(result) in LAZY else result
            record["result"] = form(result)
            return result
        finally:
            if len(calls) < _MOST_CALLS:
                calls.append(record)

    module = types.ModuleType("__main__")
    module.__dict__.update({**space, "__name__": "__main__", name: recorder})
    sys.modules["solution"] = module  # a test may import what it tests
    _run("test.py", module.__dict__)
    for place, call in enumerate(calls):
        text = encode(call)
        if len(text) <= _LONGEST:
            emit(f"{place} {text}")
    sys.stdout.flush()
    emit("end")
    end(0)


def _run(path, space):
    with open(path, encoding="utf-8") as file:
        exec(compile(file.read(), path, "exec"), space)


def _position(frame):
    """Return the lines and columns of the call that a frame is at."""
    place = frame.f_lasti // 2
    for index, position in enumerate(frame.f_code.co_positions()):
        if index == place:
            return list(position)
    return [None] * 4


def _reader(function):
    """Return what reads the arguments of a call: all by position, and how many of them are not defaults."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        parameters = None
    # as they are before any call, which may change a list or a mapping
    defaults = {one.name: form(one.default) for one in parameters or () if one.default is not one.empty}

    def read(arguments, keywords):
        try:
            bound = inspect.signature(function).bind(*arguments, **keywords).arguments
        except (TypeError, ValueError):
            bound = None
        if bound is None:
            found = {"other": "keyword arguments"} if keywords else form(list(arguments))
            return {"arguments": found, "given": None, "names": []}
        return _by_position(parameters, bound, defaults)

    return read


def _by_position(parameters, bound, defaults):
    found = []
    given = 0
    is_variadic = False
    for one in parameters:
        if one.kind == one.VAR_POSITIONAL:
            is_variadic = True
            found += map(form, bound.get(one.name, ()))
            given = len(found) if bound.get(one.name) else given
        elif one.name not in bound:
            found += [] if one.kind == one.VAR_KEYWORD or is_variadic else [defaults[one.name]]
        elif one.kind == one.VAR_KEYWORD or is_variadic:
            return {"arguments": {"other": "keyword arguments"}, "given": None, "names": []}
        else:
            found.append(form(bound[one.name]))
            given = len(found)
    names = [] if is_variadic else [one.name for one in parameters if one.kind != one.VAR_KEYWORD]
    return {"arguments": found, "given": given if given < len(found) else None, "names": names}


if __name__ == "__main__":
    _main(sys.stdin.readline().strip())
