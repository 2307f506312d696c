"""What the compiler's messages say of a program: that it is wrong, or only too new for this compiler."""

from __future__ import annotations

import re

from synthcode.sanitize import one_line
from synthcode.verification.languages.csharp.programs import TEST, UNPARSED

MESSAGE = re.compile(
    r"(?m)^(?:[\w./]{1,80}\.cs\(\d+,\d+\): error CS\d+: )(.*)|^((?:[A-Za-z_]\w*\.)+\w*(?:Exception|Error)\w*: .*)"
)
"""An error of the compiler, or an exception."""
_PROBLEM = re.compile(r"(?m)^(?:/box/)?([\w.]+)\(\d+,\d+\): error (CS\d+): (.*)")
_SYNTAX = re.compile(
    "CS(?:10(?:01|02|03|10|14|24|26|31|41|56)|15(?:13|14|19|20|25|28|34|36|47|85|97)|164[46]|0135|0136|0210|0453"
    "|8025|8059|8107|8346|8370|8652)"
)
"""What the compiler says of syntax that it does not know, and of names that only newer versions let hide others."""
_NEWER = (
    r"(?:Clamp|MaxBy|MinBy|DistinctBy|UnionBy|ExceptBy|IntersectBy|Chunk|ToHashSet|TakeLast|SkipLast|PriorityQueue"
    r"|TryGetNonEnumeratedCount|Index|Range|Order|OrderDescending|CountBy|AggregateBy|Deconstruct|GetValueOrDefault"
    r"|TryAdd|TryPop|TryPeek|TryDequeue|EnsureCapacity|Span|ReadOnlySpan|Memory|AsSpan|BitOperations|MathF|Half|Int128"
    r"|UInt128|DateOnly|TimeOnly|HashCode|Random\.Shared|Shared|Log2|Cbrt|BitIncrement|BitDecrement|ILogB|ScaleB"
    r"|CopySign|FusedMultiplyAdd|Tau|IsFinite|IsNegative|IsNormal|Fill|Append|Prepend|AppendJoin|Json|JsonSerializer"
    r"|ThrowIfNull|ThrowIfNullOrEmpty|ThrowIfNegative|IsAscii\w*|EnumerateRunes|Rune|ReplaceLineEndings|IAsyncEnumerable"
    r"|Immutable\w*|FrozenSet|FrozenDictionary|Convert\.ToHexString|ToHexString|FromHexString|Required"
    r"|GetBitLength|PopCount|LeadingZeroCount|TrailingZeroCount|CallerArgumentExpression|TrimEntries"
    r"|To(?:Zero|(?:Posi|Nega)tiveInfinity)|I\w{1,20}Number|INumber\w*|IBinaryInteger|nu?int|unmanaged|notnull"
    r"|GroupCollection)"
)
"""Methods and types of newer libraries."""
_MISSING = re.compile("CS(?:0103|0117|0234|0246|1061)")
"""What the compiler says of a name that its libraries do not have; the name comes last, in quotes."""
_MISSING_NAME = re.compile(rf"(?:name|definition for) `(?:{_NEWER}(?:<[^']{{0,200}})?)'|namespace `System[\w.]*'")
_OVERLOADED = re.compile(
    rf"\W(?:{_NEWER}|Contains|Split|Join|Trim|TrimEnd|TrimStart|Zip|IndexOf|Replace|StartsWith|EndsWith|Concat|Remove"
    r"|FirstOrDefault|LastOrDefault|SingleOrDefault|ElementAt|Take|Max|Min|Parse|DivRem|Enum|Array)\W"
)
"""These, and methods that have newer overloads."""
_OVERLOADS = re.compile("CS(?:0121|0308|0411|150[123]|1729|192[89]|7036)")
"""What the compiler says of an overload that its libraries do not have."""
_RULES = re.compile(
    r"CS0100: The parameter name `_'|CS0815: .* `(?:anonymous method|method group)'|CS0(?:131|133|173|225|508|531): "
    r"|CS0019: Operator `[=!]=' .* type `\(|CS0151: .* type `\(|CS1061: Type `\("
)
"""What newer versions allow: lambdas with a type of their own, conditions with a target's type, members of tuples with
inferred names, tuples that are compared, matched or assigned to elements, overriding with another type, and so on."""
_AMBIGUOUS = frozenset({"CS0104", "CS0433", "CS0436"})
"""A name of two namespaces: the program may have named only one of them."""
_UNKNOWN = "CS(?:0012|0103|0117|0118|0234|0246|0400|0426|0430|0432|0439|0501|0584|0616|1061|1069|1070|1935|5001)"
"""What the compiler says of a name that a fragment does not define, and of a fault of its own."""
UNRESOLVED = (
    rf"error (?:{_UNKNOWN}|{'|'.join(sorted(_AMBIGUOUS))}|{_SYNTAX.pattern}): |error (?:{_RULES.pattern})"
    rf"|error {_OVERLOADS.pattern}: .*{_OVERLOADED.pattern}"
)
"""A pattern of messages about a program that may be right, as a fragment or with a newer compiler and libraries."""


def misfit(messages: str) -> str:
    """Return why the compiler's messages do not count against a translation; empty if they do."""
    problems = _PROBLEM.findall(messages)
    if not problems:
        return f"the compiler does not survive it: {one_line(messages, 100)}".rstrip(": ")
    for file, code, text in problems:
        if (_SYNTAX.fullmatch(code) and file != UNPARSED) or _RULES.match(f"{code}: {text}"):
            return f"it needs a newer version of C#: {one_line(text, 100)}"
        is_missing = _MISSING.fullmatch(code) is not None and _MISSING_NAME.search(text) is not None
        if is_missing or (_OVERLOADS.fullmatch(code) and _OVERLOADED.search(f" {text} ")):
            return f"it may need a newer version of .NET: {one_line(text, 100)}"
        if code in _AMBIGUOUS:
            return f"it does not say which namespaces it uses: {one_line(text, 100)}"
    if all(file == TEST for file, _, _ in problems):
        return f"its tests do not fit its types: {one_line(problems[0][2], 100)}"
    return ""
