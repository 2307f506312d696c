"""Types of C and C++ as texts write them, in one form: ``const std::vector<long long> &`` and ``vector<ll>`` alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_TOKEN = re.compile(r"\w+|::|[<>,*&\[\]().]|\S")
_IGNORED = frozenset(
    {
        *("const", "volatile", "restrict", "__restrict", "struct", "class", "union", "enum", "typename", "std", "::"),
        *("inline", "static", "constexpr", "extern", "register", "mutable", "experimental"),
    }
)
_INTEGER_WORDS = frozenset({"unsigned", "signed", "long", "short", "int", "char", "__int128"})
_FLOATS = frozenset({"float", "double", "_Float32", "_Float64"})
_BOOLS = frozenset({"bool", "_Bool"})
_NAMED_INTEGERS = {
    **{
        f"{sign}int{kind}{bits}_t": (bits, not sign)
        for sign in ("", "u")
        for bits in (8, 16, 32, 64)
        for kind in ("", "_least")
    },
    **{f"{sign}int_fast{bits}_t": (bits, not sign) for sign in ("", "u") for bits in (8, 16, 32, 64)},
    **dict.fromkeys(("ptrdiff_t", "ssize_t", "intmax_t", "intptr_t", "int64", "streamsize"), (64, True)),
    **dict.fromkeys(("size_t", "uintmax_t", "uintptr_t", "uint64", "size_type"), (64, False)),
    "uint": (32, False),
}
_DEEPEST = 20


@dataclass(frozen=True)
class CType:
    """A type without its qualifiers."""

    kind: str
    """``int``, ``float``, ``bool``, ``char``, ``void``, ``pointer``, or the name of a class."""
    arguments: tuple[CType, ...] = ()
    """Of a template, or what a pointer points to."""
    spelling: str = ""
    """As a program writes it, without ``const``."""
    bits: int = 0
    """Of an integer."""
    is_signed: bool = True
    fields: tuple[str, ...] = ()
    """Names of the fields of a structure."""


def read_type(text: str, aliases: Mapping[str, str]) -> CType | None:
    """Return the type that a text names; None if it is not understood.

    Parameters
    ----------
    text
        Without a declarator: ``const vector<int>``; pointers and references may follow.
    aliases
        Name -> text of types that the program names itself.
    """
    return _Reader(text, aliases, 0).whole()


class _Reader:
    def __init__(self, text: str, aliases: Mapping[str, str], depth: int) -> None:
        text = re.sub(r"\bint\b", aliases.get("int", "int"), text)  # "#define int long long"
        self._tokens = [token for token in _TOKEN.findall(text) if token not in _IGNORED]
        self._place = 0
        self._aliases = aliases
        self._depth = depth

    def whole(self) -> CType | None:
        found = self._type() if self._depth < _DEEPEST else None
        return found if self._place == len(self._tokens) else None

    def _next(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _type(self) -> CType | None:
        found = self._base()
        while found is not None and self._next() in ("*", "&"):
            if self._next() == "*":
                found = CType("pointer", (found,), f"{found.spelling}*")
            self._place += 1
        return found

    def _base(self) -> CType | None:
        words = []
        while self._next() in _INTEGER_WORDS or self._next() == "double":
            words.append(self._next())
            self._place += 1
        if words:
            return _number(words)
        name = self._next()
        if not name.isidentifier():
            return None
        self._place += 1
        if name in self._aliases and self._next() != "<":
            return _Reader(
                self._aliases[name], {k: v for k, v in self._aliases.items() if k != name}, self._depth + 1
            ).whole()
        return self._named(self._renamed(name))

    def _renamed(self, name: str) -> str:
        """Return what a macro or another name of a template stands for."""
        words = [token for token in _TOKEN.findall(self._aliases.get(name, "")) if token not in _IGNORED]
        return words[0] if len(words) == 1 and words[0].isidentifier() else name

    def _named(self, name: str) -> CType | None:
        if name in _FLOATS:
            return CType("float", spelling=name)
        if name in _BOOLS:
            return CType("bool", spelling="bool")
        if name == "void":
            return CType("void", spelling="void")
        if name in _NAMED_INTEGERS:
            bits, is_signed = _NAMED_INTEGERS[name]
            width = {8: "char", 16: "short", 32: "int", 64: "long"}[bits]
            return CType("int", (), f"{'signed' if is_signed else 'unsigned'} {width}", bits, is_signed)
        if self._next() != "<":
            return CType(name, spelling=name)
        arguments = self._arguments()
        if arguments is None:
            return None
        return CType(name, arguments, f"{name}<{', '.join(one.spelling for one in arguments)}>")

    def _arguments(self) -> tuple[CType, ...] | None:
        self._place += 1
        found: list[CType] = []
        while self._next() != ">":
            if self._next().isdecimal():
                found.append(CType("number", spelling=self._next()))
                self._place += 1
            else:
                one = self._type()
                if one is None:
                    return None
                found.append(one)
            if self._next() == ",":
                self._place += 1
            elif self._next() != ">":
                return None
        self._place += 1
        return tuple(found)


def _number(words: list[str]) -> CType | None:
    is_signed = "unsigned" not in words
    if "double" in words:
        return CType("float", spelling=" ".join(words))
    if words == ["char"]:
        return CType("char", spelling="char", bits=8)
    bits = 8 if "char" in words else 16 if "short" in words else 64 if "long" in words else 32
    if "__int128" in words:
        bits = 128
    return CType("int", (), " ".join(words), bits, is_signed)
