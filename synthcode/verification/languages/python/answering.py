"""Has a program answer inputs, each within a time limit; with ``reordered``, its sets are read in another order.

A result that depends on the order of a set depends on the interpreter: a right translation may have another one. Python
varies the order of strings by PYTHONHASHSEED, not that of numbers, so the program's sets are replaced here.

This file is not imported: it is copied into a sandbox, and run there, next to ``harness.py`` and its files.
"""

# mypy: ignore-errors

import ast
import math
import signal
import sys
import types

import harness

_MOST_CPU_S = 0.5
_OPERATORS = (ast.BitAnd, ast.BitOr, ast.BitXor, ast.Sub)
_RETURNING_SETS = (
    *("__and__", "__or__", "__sub__", "__xor__", "__rand__", "__ror__", "__rsub__", "__rxor__"),
    *("union", "intersection", "difference", "symmetric_difference", "copy"),
)


class _TooSlow(BaseException):
    """A call took too long."""


def _too_slow(number, frame):
    raise _TooSlow


def _within_limit(function):
    """Return a function that gives up after a while."""

    def limited(*arguments):
        signal.setitimer(signal.ITIMER_PROF, _MOST_CPU_S)
        try:
            return function(*arguments)
        except _TooSlow:
            return _TooSlow()  # a value of a type that no language has
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    return limited


def _reordered_type(base):
    """Return a type that is a set, to all who ask, and is read backwards."""

    class Kind(type):
        def __instancecheck__(cls, value):
            return isinstance(value, base)

    class Reordered(base, metaclass=Kind):
        def __iter__(self):
            return reversed(list(base.__iter__(self)))

    def returning(method):
        def wrapped(*arguments):
            result = method(*arguments)
            return Reordered(result) if type(result) is base else result

        return wrapped

    for name in _RETURNING_SETS:
        setattr(Reordered, name, returning(getattr(base, name)))
    if base is set:
        Reordered.pop = _pop
    return Reordered


def _pop(self):
    for member in self:
        self.discard(member)
        return member
    raise KeyError("pop from an empty set")


_TYPES = {"set": _reordered_type(set), "frozenset": _reordered_type(frozenset)}


def _reordered(value):
    """Return a set that is read in another order; any other value as it is."""
    kind = type(value)
    return _TYPES[kind.__name__](value) if kind in (set, frozenset) else value


class _Replacement(ast.NodeTransformer):
    """Has all expressions whose value may be a set go through ``_reordered``."""

    def visit_Set(self, node):
        return self._wrapped(node)

    def visit_SetComp(self, node):
        return self._wrapped(node)

    def visit_BinOp(self, node):
        return self._wrapped(node) if isinstance(node.op, _OPERATORS) else self.generic_visit(node)

    def _wrapped(self, node):
        name = ast.Name("_reordered", ast.Load())
        return ast.copy_location(ast.Call(name, [self.generic_visit(node)], []), node)


def _compiled(source, mode):
    return compile(ast.fix_missing_locations(_Replacement().visit(ast.parse(source, mode=mode))), "solution.py", mode)


def _reordered_function(path, plan):
    module = types.ModuleType("solution")
    module.__dict__.update(_TYPES, _reordered=_reordered)
    sys.modules["solution"] = module
    with open(path, encoding="utf-8") as file:
        exec(_compiled(file.read(), "exec"), module.__dict__)
    return harness.function_in(module, plan)


def _reordered_arguments(source):
    return eval(_compiled(source, "eval"), {"inf": math.inf, "nan": math.nan, "_reordered": _reordered, **_TYPES})


def _main(nonce, is_reordered):
    signal.signal(signal.SIGPROF, _too_slow)
    function_of = _reordered_function if is_reordered else harness.entry_point
    arguments_of = _reordered_arguments if is_reordered else harness.parsed
    harness.main(nonce, lambda path, plan: _within_limit(function_of(path, plan)), arguments_of, fields=False)


if __name__ == "__main__":
    _main(sys.stdin.readline().strip(), "reordered" in sys.argv)
