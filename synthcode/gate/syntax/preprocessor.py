"""What C's preprocessor leaves of a text: the grammar reads directives only where a declaration or statement may stand.

Conditions are evaluated, macros that the text defines are expanded; directives, and the branches that are not
compiled, become empty lines. Headers are not read.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping

_DIRECTIVE = re.compile(rb"[ \t]*(?:#|%:)[ \t]*(\w*)[ \t]*(.*)", re.DOTALL)
_DEFINITION = re.compile(rb"(\w+)(\([^()]*\))?[ \t]*(.*)", re.DOTALL)
_TOKEN = re.compile(rb"\"(?:\\.|[^\"\\\n])*+\"?|'(?:\\.|[^'\\\n])*+'?|[A-Za-z_]\w*|\d[\w.]*|\s+|.", re.DOTALL)
_COMMENT = re.compile(rb"//(?:\\\n|[^\n])*+|/\*.*?(?:\*/|\Z)|\"(?:\\.|[^\"\\\n])*+\"?|'(?:\\.|[^'\\\n])*+'?", re.DOTALL)
_HEADER = re.compile(rb"<[^<>\n]+>|\"[^\"\n]+\"|[A-Za-z_]\w*(?:\(.*\))?")
_DEFINED = re.compile(rb"defined\s*(?:\(\s*(\w+)\s*\)|(\w+))")
_OTHER_DIRECTIVES = frozenset({b"", b"error", b"ident", b"line", b"pragma", b"warning"})
MAX_EXPANDED_BYTES = 1_000_000
"""Macros of macros grow exponentially; what grows beyond this stays as it is written."""
MAX_DEPTH = 20
MAX_CONDITION = 500
_OPERATIONS: dict[type[ast.AST], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Mod: operator.mod,
    ast.FloorDiv: operator.floordiv,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}

Macros = dict[bytes, tuple[list[bytes] | None, bytes]]
"""Parameters, if it takes any, and what a macro stands for."""


def preprocessed(data: bytes, predefined: Mapping[bytes, bytes]) -> bytes:
    """Return a text without directives, on the same lines.

    Parameters
    ----------
    data
        The text.
    predefined
        Macros that the compiler defines, and what they stand for.
    """
    macros: Macros = {name: (None, value) for name, value in predefined.items()}
    expansion = _Expansion(macros)
    done: list[bytes] = []
    lines: list[bytes] = []
    branches: list[list[bool]] = []  # of each open condition: is it compiled now, and was one of its branches
    for line in _logical_lines(_COMMENT.sub(_without_comment, data)):
        directive = _DIRECTIVE.fullmatch(line)
        compiled = all(branch[0] for branch in branches)
        if directive is not None:
            if directive[1] in (b"define", b"undef") and lines:
                done.append(expansion.of(b"\n".join(lines)))
                lines = []
            rest = directive[2].replace(b"\\\n", b" ").strip()
            kept = line if _is_malformed(directive[1], rest, branches) else b""
            kept = kept or _follow(directive[1], rest, branches, macros, compiled=compiled)
        else:
            kept = line if compiled else b""
        lines.append(kept + b"\n" * (line.count(b"\n") - kept.count(b"\n")))
    if branches:
        return data  # a condition does not end
    return b"\n".join([*done, expansion.of(b"\n".join(lines))])


def _without_comment(found: re.Match[bytes]) -> bytes:
    text = found[0]
    is_open = text.startswith(b"/*") and not text.endswith(b"*/")
    return text if is_open or text[:1] in b"\"'" else b" " + b"\n" * text.count(b"\n")


def _logical_lines(data: bytes) -> Iterator[bytes]:
    """Yield lines; one that ends with a backslash continues."""
    begun = b""
    for line in data.split(b"\n"):
        if line.endswith(b"\\"):
            begun += line + b"\n"
        else:
            yield begun + line
            begun = b""
    if begun:
        yield begun[:-1]


def _is_malformed(name: bytes, rest: bytes, branches: list[list[bool]]) -> bool:
    """Return whether a directive is not one: the text is to keep it, and not to parse."""
    if name in (b"include", b"include_next", b"import", b"embed"):
        return _HEADER.fullmatch(rest) is None
    if name in (b"elif", b"elifdef", b"elifndef", b"else", b"endif"):
        return not branches
    if name in (b"if", b"ifdef", b"ifndef", b"define", b"undef"):
        return not rest
    return name not in _OTHER_DIRECTIVES


def _follow(name: bytes, rest: bytes, branches: list[list[bool]], macros: Macros, *, compiled: bool) -> bytes:
    """Do what a directive says, and return what it leaves."""
    if name in (b"if", b"ifdef", b"ifndef"):
        is_true = compiled and _holds(name, rest, macros)
        branches.append([is_true, is_true])
    elif name in (b"elif", b"elifdef", b"elifndef", b"else") and branches:
        branch = branches[-1]
        branch[0] = not branch[1] and all(outer[0] for outer in branches[:-1]) and _holds(name[2:], rest, macros)
        branch[1] = branch[1] or branch[0]
    elif name == b"endif" and branches:
        branches.pop()
    elif compiled and name == b"embed":
        return b"0"
    elif compiled and name == b"undef":
        macros.pop(rest.strip(), None)
    elif compiled and name == b"define" and (found := _DEFINITION.fullmatch(rest)) is not None:
        parameters = None if found[2] is None else [part.strip() for part in found[2][1:-1].split(b",") if part.strip()]
        macros[found[1]] = (parameters, found[3].strip())
    return b""


def _holds(name: bytes, condition: bytes, macros: Macros) -> bool:
    if name == b"se":  # else
        return True
    if name.endswith(b"def"):
        return (condition.strip() in macros) != name.endswith(b"ndef")
    known = _DEFINED.sub(lambda found: b"1" if (found[1] or found[2]) in macros else b"0", condition)
    text = re.sub(r"\b(\d+)[uUlL]*\b", r"\1", _expanded(known, macros).decode("utf-8", "replace"))
    text = re.sub(r"[A-Za-z_]\w*(?:\s*\([^()]*\))?", "0", text)
    return _value(text)


def _value(expression: str) -> bool:
    """Evaluate numbers and operators; what is anything else does not hold."""
    if len(expression) > MAX_CONDITION:
        return False
    python = expression.replace("&&", " and ").replace("||", " or ")
    python = re.sub(r"!(?!=)", " not ", python).replace("/", "//").strip()
    try:
        return bool(_evaluated(ast.parse(python, mode="eval").body))
    except (SyntaxError, ValueError, ArithmeticError, MemoryError, RecursionError):
        return False


def _evaluated(node: ast.expr) -> int:
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.BoolOp(op=ast.And(), values=values):
            return all(map(_evaluated, values))
        case ast.BoolOp(values=values):
            return any(map(_evaluated, values))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _evaluated(operand)
        case ast.Compare(left=left, ops=[operation], comparators=[right]) if type(operation) in _OPERATIONS:
            return _OPERATIONS[type(operation)](_evaluated(left), _evaluated(right))
        case ast.BinOp(left=left, op=operator_, right=right) if type(operator_) in _OPERATIONS:
            return _OPERATIONS[type(operator_)](_evaluated(left), _evaluated(right))
    raise ValueError("not a condition")


class _Expansion:
    """One expansion of macros, which ends where it has produced too much."""

    def __init__(self, macros: Macros) -> None:
        self._macros = macros
        self._left = MAX_EXPANDED_BYTES

    def of(self, text: bytes, hidden: frozenset[bytes] = frozenset()) -> bytes:
        """Expand a text; a macro is not expanded within itself."""
        tokens = _TOKEN.findall(text)
        parts, at = [], 0
        while at < len(tokens):
            token = tokens[at]
            at += 1
            if token in self._macros and token not in hidden and len(hidden) < MAX_DEPTH and self._left > 0:
                token, at = self._expanded(token, tokens, at, hidden)
            parts.append(token)
        expanded = b"".join(parts)
        self._left -= len(expanded)
        return expanded

    def _expanded(self, name: bytes, tokens: list[bytes], at: int, hidden: frozenset[bytes]) -> tuple[bytes, int]:
        parameters, body = self._macros[name]
        if parameters is None:
            return self.of(body, hidden | {name}), at
        arguments, end = _arguments(tokens, at)
        if arguments is None:
            return name, at
        lines = b"\n" * sum(argument.count(b"\n") for argument in arguments)
        values = [self.of(argument.strip(), hidden) for argument in arguments]
        self._left -= len(body) * max(map(len, values))  # not less than what it can come to
        if self._left <= 0:
            return name, at
        return self.of(_substituted(body, parameters, values), hidden | {name}) + lines, end


def _arguments(tokens: list[bytes], at: int) -> tuple[list[bytes] | None, int]:
    """Return the arguments of a call of a macro, and the place after it."""
    while at < len(tokens) and tokens[at].isspace():
        at += 1
    if at >= len(tokens) or tokens[at] != b"(":
        return None, at
    arguments, depth = [b""], 1
    for end in range(at + 1, len(tokens)):
        token = tokens[end]
        depth += (token in (b"(", b"[", b"{")) - (token in (b")", b"]", b"}"))
        if depth == 0:
            return arguments, end + 1
        if token == b"," and depth == 1:
            arguments.append(b"")
        else:
            arguments[-1] += token
    return None, at


def _substituted(body: bytes, parameters: list[bytes], values: list[bytes]) -> bytes:
    named = dict(zip(parameters, values, strict=False))
    if parameters and parameters[-1].endswith(b"..."):
        rest = b", ".join(values[len(parameters) - 1 :])
        named[parameters[-1].removesuffix(b"...").strip() or b"__VA_ARGS__"] = rest
    body = re.sub(rb"(?<!#)#[ \t]*\w+", b'""', body)
    text = b"".join(named.get(token, token) for token in _TOKEN.findall(body))
    return re.sub(rb"\s{0,9}##\s{0,9}", b"", text)


def _expanded(text: bytes, macros: Macros) -> bytes:
    return _Expansion(macros).of(text)
