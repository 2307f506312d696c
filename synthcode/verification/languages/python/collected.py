"""Python tests that nothing calls but a test runner: classes of unittest, and functions that pytest would collect."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_RUN_CLASSES = """\
import unittest as unittest_
result_ = unittest_.TestResult()
for class_ in ({classes},):
    unittest_.defaultTestLoader.loadTestsFromTestCase(class_).run(result_)
if not result_.wasSuccessful():
    problems_ = [text for _, text in result_.failures + result_.errors] or ["AssertionError: an unexpected success"]
    raise AssertionError(problems_[0].strip().splitlines()[-1].removeprefix("AssertionError: "))
"""


def calling_collected(test: str) -> str:
    """Return a test that also calls what a test runner would; its own lines stay where they are.

    These are the classes that derive from ``unittest.TestCase``, and those functions, and methods of classes, whose
    names begin with ``test``, that need no argument and that the test does not call itself.
    """
    if "test" not in test:
        return test
    try:
        tree = ast.parse(test)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return test  # it fails, and says so
    called = {_name(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    lines = [*_without_mains(test, tree), ""]
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef) and _is_of_unittest(node)]
    if classes:
        lines.append(_RUN_CLASSES.format(classes=", ".join(classes)))
    lines += [call for node in tree.body for call in _calls(node, called)]
    return "\n".join(lines)


def _name(node: ast.expr) -> str:
    """Return the last part of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_of_unittest(node: ast.ClassDef) -> bool:
    return any(_name(base).endswith("TestCase") for base in node.bases)


def _without_mains(test: str, tree: ast.Module) -> list[str]:
    """Return the lines of a test without the statements ``unittest.main()``, which end Python."""
    lines = test.splitlines()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
            continue
        if ast.unparse(node.value.func) == "unittest.main" and node.end_lineno is not None:
            first, last = node.lineno - 1, node.end_lineno
            indentation = " " * node.col_offset
            lines[first:last] = [f"{indentation}pass", *[""] * (last - first - 1)]
    return lines


def _calls(node: ast.stmt, called: set[str]) -> Iterator[str]:
    """Yield the statements that call a function, or the methods of a class without a base, as pytest would."""
    if isinstance(node, _FUNCTIONS) and _is_collected(node, 0) and node.name not in called:
        yield _call(node, node.name)
    if isinstance(node, ast.ClassDef) and node.name.startswith("Test") and not node.bases:
        methods = [one for one in node.body if isinstance(one, _FUNCTIONS)]
        for one in methods:
            if _is_collected(one, 1):
                yield f"object_ = {node.name}()"
                if any(other.name == "setup_method" for other in methods):
                    yield "object_.setup_method()"
                yield _call(one, f"object_.{one.name}")


def _is_collected(node: ast.FunctionDef | ast.AsyncFunctionDef, bound: int) -> bool:
    given = [*node.args.posonlyargs, *node.args.args]
    required = len(given) - bound - len(node.args.defaults) + sum(one is None for one in node.args.kw_defaults)
    return node.name.startswith("test") and not required and not node.decorator_list


def _call(node: ast.FunctionDef | ast.AsyncFunctionDef, callee: str) -> str:
    return f"import asyncio; asyncio.run({callee}())" if isinstance(node, ast.AsyncFunctionDef) else f"{callee}()"
