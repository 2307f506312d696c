"""Programs that this machine's toolchain may be too old for: they are not wrong.

Distributions ship toolchains that are years older than the code that models write. Runners of languages whose compilers
say so see to it themselves (Go, C#); this module knows the others by what their messages say and, where these do not
tell, by what the program uses.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class _Newer(NamedTuple):
    message: re.Pattern[str]
    """What is said of a program that may be too new."""
    code: re.Pattern[str] | None = None
    """What is in it then; None if the message tells."""


_JAVA_METHODS = (
    "getFirst|getLast|removeFirst|removeLast|addFirst|addLast|reversed|clamp|ceilDiv|ceilDivExact|ceilMod|repeat|indexOf"
    "|splitWithDelimiters|isEmoji|gather|ofVirtual|newVirtualThreadPerTaskExecutor|unsignedMultiplyHigh"
)
_JAVA_CLASSES = "Gatherers?|Sequenced(?:Collection|Set|Map)|StructuredTaskScope|ScopedValue|StableValue|IO"
_JAVA_NAMES = rf"symbol: {{1,9}}(?:method (?:{_JAVA_METHODS})\(|class (?:{_JAVA_CLASSES})\b)"
_JAVA_SYNTAX = re.compile(r"^line \d+: .{0,60}(?:expected|illegal start|not a statement)")
_RECORD_PATTERN = r"\b(?:instanceof|case)\s{1,20}(?:final\s{1,20})?[A-Z][\w.]{0,80}(?:<[^<>()]{0,80}>)?\s{0,20}\("
_CPP_NAMES = (
    r"expected|unexpected|print|println|v?format\w{0,10}|to|zip\w{0,20}|enumerate|chunk\w{0,5}|slide|stride|repeat|iota"
    r"|cartesian_product|adjacent\w{0,20}|pairwise\w{0,20}|join_with|as_rvalue|as_const|fold_\w{4,20}|contains\w{0,12}"
    r"|starts_with|ends_with|find_last\w{0,10}|shift_left|shift_right|flat_\w{3,10}|mdspan|move_only_function|jthread"
    r"|unreachable|to_underlying|byteswap|generator|stacktrace|and_then|transform|or_else|resize_and_overwrite"
    r"|append_range|insert_range|from_range|inplace_vector"
)
_PHP_FUNCTIONS = (
    r"json_validate|array_(?:find|find_key|any|all|first|last)|str_(?:in|de)crement|fpow|bcdivmod|grapheme_str_split"
    r"|mb_(?:str_pad|l?trim|rtrim|[ul]cfirst)"
)
_PHP_SYNTAX = (
    r"\b(?:private|protected)\(set\)|\|>|\bconst (?:string|int|float|bool|array) [A-Z]|\{ ?(?:get|set) ?(?:=>|\{)"
)
_JAVASCRIPT_ERRORS = re.compile(r"\b(?:TypeError|SyntaxError)\b")
_JAVASCRIPT_NAMES = re.compile(
    r"\b(?:Iterator|Float16Array|ShadowRealm|Temporal|AsyncDisposableStack|DisposableStack)\b"
)
"""Of newer globals."""
_JAVASCRIPT = re.compile(
    r"\b(?:Object|Map)\.groupBy\b|\bIterator\.(?:from|concat|prototype)\b|\bArray\.fromAsync\b|\bRegExp\.escape\b"
    r"|\bPromise\.(?:withResolvers|try)\b|\bMath\.(?:sumPrecise|f16round)\b|\bError\.isError\b|\bFloat16Array\b"
    r"|\.(?:union|intersection|difference|symmetricDifference|isSubsetOf|isSupersetOf|isDisjointFrom|getOrInsert)\("
    r"|\.(?:toSorted|toReversed|toSpliced|findLast|findLastIndex|isWellFormed|toWellFormed)\("
    r"|\.(?:keys|values|entries|matchAll)\([^()]{0,80}\)\s{0,20}\.(?:map|filter|take|drop|flatMap|reduce|toArray)\("
)
_KOTLIN = (
    r"\bdata object\b|\.\.<|\b(?:sealed|fun) interface\b|\bvalue class\b|\bcontext\("
    r"|\bwhen\b[^{}]{0,200}\{[^{}]{0,400}\b(?:break|continue)\b"
)
"""Of Kotlin 1.4 to 2.1; Debian's is 1.3."""
_WITHOUT_PARAMETERS = r"\{\s{0,9}[^{}|#\n]{0,100}\bit\b[.)*+\s-]"
"""A block of Ruby that names its argument ``it``."""
_RUBY_METHODS = r"\.(?:ceildiv|fetch_values|bytesplice|byteindex|overlap\?|append_as_bytes)(?!\w)"
_NEWER = {
    "java": (
        _Newer(
            re.compile(r"preview feature|not supported in -source|the underscore|unnamed (?:class|pattern|variable)")
        ),
        _Newer(re.compile(_JAVA_NAMES)),
        _Newer(_JAVA_SYNTAX, re.compile(_RECORD_PATTERN)),
    ),
    "cpp": (_Newer(re.compile(rf"‘(?:{_CPP_NAMES})’ is not a member of|has no member named ‘(?:{_CPP_NAMES})’")),),
    "php": (
        _Newer(re.compile(rf"undefined function (?:{_PHP_FUNCTIONS})\(\)")),
        _Newer(re.compile(r"syntax error"), re.compile(_PHP_SYNTAX)),
    ),
    "ruby": (
        _Newer(re.compile("NameError"), re.compile(rf"\bData\.define\b|{_WITHOUT_PARAMETERS}")),
        _Newer(re.compile("NoMethodError"), re.compile(_RUBY_METHODS)),
    ),
    "javascript": (
        _Newer(_JAVASCRIPT_ERRORS, _JAVASCRIPT),
        _Newer(re.compile(r"\bReferenceError\b"), _JAVASCRIPT_NAMES),
    ),
    "typescript": (
        _Newer(_JAVASCRIPT_ERRORS, _JAVASCRIPT),
        _Newer(re.compile(r"\bReferenceError\b"), _JAVASCRIPT_NAMES),
    ),
    "kotlin": (
        _Newer(re.compile(r"^line \d+: "), re.compile(_KOTLIN)),
        _Newer(re.compile(r"^line \d+: Expecting "), re.compile(r",\s{0,20}[)\]]")),  # a trailing comma
        _Newer(re.compile(r"^line \d+: Unresolved reference: entries\b")),
    ),
    "python": (
        _Newer(re.compile("AttributeError|ImportError"), re.compile(r"\b(?:batched|sumprod|import override)\b")),
    ),
    "rust": (_Newer(re.compile(r"only allowed in Rust 20\d\d")),),
}


def needs_newer(language: str, code: str, message: str) -> bool:
    """Return whether a program fails because the toolchain may be too old for it.

    Parameters
    ----------
    language
        Of the program.
    code
        The program.
    message
        The first error of its compiler, or of its tests.
    """
    return any(
        kind.message.search(message) is not None and (kind.code is None or kind.code.search(code) is not None)
        for kind in _NEWER.get(language, ())
    )
