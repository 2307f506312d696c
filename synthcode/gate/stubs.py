"""Bodies of functions that do nothing: they fail, give back a constant, or say that they are yet to be written."""

from __future__ import annotations

import re

MAX_STUB = 600
"""Bytes, comments left out: a longer body is written out."""
_LITERAL = re.compile(
    r"""[bBfFrRuU@]{0,2}(?:\"{3}(?P<long>[^"{$\\]*+)\"{3}|'{3}(?P<single>[^'{$\\]*+)'{3}"""
    r"""|"(?P<said>[^"\n\\{$]*+)"|`(?P<raw>[^`\\$]*+)`|(?<![\w&<])'(?P<character>[^'\n\\{$]*+)')"""
)
"""Strings that nothing is put into."""
_TYPE = r"[A-Z][\w.]{0,60}(?:<[^;(){}\n]{0,60}>)?"
_VALUE = (
    r"""(?:(?:null(?:ptr)?|nil|None|NULL|undefined|NaN|[tT]rue|[fF]alse|string\.Empty|default)\b"""
    r"""|-?[01](?:\.0{0,3})?[a-zA-Z]{0,4}\d{0,2}\b|""(?:\.(?:to_string|to_owned|into)\(\))?"""
    r"""|\[\](?:\w{1,30}\{\})?|\{\}|\(\)|map\[\w{1,30}\]\w{1,30}\{\}"""
    r"""|(?:vec|String|Vec|HashMap|HashSet|Default)!?(?:::<[^;\n]{0,40}>)?(?:::\w{1,20})?(?:\[\]|\(\))"""
    r"""|(?:list|dict|set|tuple|str|int|float|array|(?:empty|mutable)?(?:list|map|set|array)(?:Of)?)\(\)"""
    rf"""|new (?:{_TYPE}|\w{{1,20}})(?:\(\)|\[0\]|\s?\{{\}}|\[\]\s?\{{\}})"""
    r"""|(?:std::)?\w{1,20}<[^;(){}\n]{0,60}>[({][)}]"""
    rf"""|{_TYPE}\.(?:of|empty(?:List|Map|Set)?|Empty(?:<[^;(){{}}\n]{{0,40}}>)?)\(\)|Ok\((?:\(\)|0|false)?\))"""
)
"""What a function gives back that has nothing to give."""
_FAILURE = (
    r"""(?:(?:raise|throw)\b[^;{}\n]{0,200}|(?:panic!?|todo!|unimplemented!|unreachable!|TODO|abort|exit|die|fail|error|assert"""
    r"""|log\.Fatal\w{0,2}|trigger_error|errors\.New|fmt\.Errorf|Err|Promise\.reject|std::abort|os\.Exit)"""
    r"""\s?[(\[][^;{}\n]{0,120}[)\]])"""
)
_PRINT = (
    r"""(?:(?:print(?:ln|f)?!?|eprintln!|puts|p|echo|console\.\w{3,5}|System\.(?:out|err)\.print(?:ln|f)?|fmt\.Print(?:ln|f)?"""
    r"""|Console\.Write(?:Line)?)(?:\s?\((?:"s?")?\)|\s"s?")|(?:std::)?cout << "s?"(?: << (?:std::)?endl)?)"""
)
_PASSED_OVER = r"(?:\(void\)\s?|(?:let )?_ = &?|void )[a-z]\w{0,40}\b(?=[ \t]*+[;\n])"
"""A parameter that is named so that nothing warns of it."""
_STUB = re.compile(
    rf"""(?:[\s;,{{}}]++|{_PASSED_OVER}"""
    rf"""|(?:=>?|->)\s?|(?:return\b[ \t]*+)?{_VALUE}|{_FAILURE}|{_PRINT}|return\b(?![ \t]*+")"""
    rf"""|"s"|pass\b|\.\.\.|end\b)*+"""
)
"""A body that does nothing; strings in it are ``""`` or ``"s"``."""
_MARKED = re.compile(
    r"\b(?:todo|fixme|tbd|not[ _]?(?:yet[ _]?)?implemented|notimplemented\w*|unimplemented|unsupportedoperation\w*"
    r"|place[ -]?holder|stub|your (?:code|implementation|logic)|goes here|fill (?:me |this )?in|omitted)\b",
    re.IGNORECASE,
)
_GIVEN_BACK = re.compile(
    r"[\s{;]*(?:return\s+)?(?:this\.|self\.|&self\.|\$this->|@)?\w+(?:\s*=\s*\w+)?[\s;}]*(?:end\s*)?"
)


def is_stub(body: str) -> bool:
    """Return whether a body only says nothing, fails, or gives back a constant.

    Parameters
    ----------
    body
        Its code without comments, as ``without_strings`` leaves it.
    """
    return len(body) <= MAX_STUB and does_nothing(body)


def does_nothing(body: str) -> bool:
    """Return what ``is_stub`` does, of a body of any length."""
    return _STUB.fullmatch(body) is not None


def is_marked(body: str) -> bool:
    """Return whether a body, comments and all, says that it is yet to be written."""
    return _MARKED.search(body) is not None


def is_empty(body: str) -> bool:
    """Return whether there is nothing in a body without its comments."""
    return not body.strip("{}; \t\r\n").removesuffix("end").removeprefix("pass").strip()


def gives_back_a_name(body: str) -> bool:
    """Return whether a body without its comments only returns or sets one name."""
    return len(body) <= MAX_STUB and _GIVEN_BACK.fullmatch(body) is not None


def without_strings(code: str) -> str:
    """Return code with nothing in its strings: ``""``, or ``"s"`` for one that says something else than a mark."""
    if len(code) > 4 * MAX_STUB or not ('"' in code or "'" in code or "`" in code):
        return code
    return _LITERAL.sub(_of_literal, code)


def _of_literal(found: re.Match[str]) -> str:
    said = next(filter(None, found.groups()), "")
    return '"s"' if said and not _MARKED.search(said) else '""'
