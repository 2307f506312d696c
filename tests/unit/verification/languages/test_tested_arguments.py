"""What a call leaves out: the translation's own default counts, and arguments may go by name."""

from __future__ import annotations

import pytest

from synthcode.verification.cases.case import TestCase
from synthcode.verification.cases.outcome import judge_cases
from synthcode.verification.languages.table import TESTED_LANGUAGES
from tests.support.benches import runner_of

NAMES = ("word", "times", "sep")
CASES = (
    TestCase(("ab", 2, "-"), "ab-ab", given=1, names=NAMES),
    TestCase(("abc", 3, "-"), "abc-abc-abc", given=2, names=NAMES),
    TestCase(("y", 2, "+"), "y+y", names=NAMES),
)
"""Of ``def repeat(word, times=2, sep="-")``; three is also the length of the second word."""
_CPP = "{ std::string r; for (int i = 0; i < times; i++) { if (i) r += sep; r += word; } return r; }"
_JAVA = (
    "static String repeat(String word, int times, String sep) { StringBuilder b = new StringBuilder();"
    " for (int i = 0; i < times; i++) { if (i > 0) b.append(sep); b.append(word); } return b.toString(); }"
)
_REPEATED = "Array(times).fill(word).join(sep)"
_SHARP = "=> string.Join(sep, Enumerable.Repeat(word, times));"
WITH_DEFAULTS = {
    "cpp": [f'std::string repeat(std::string word, int times = 2, std::string sep = "END") {_CPP}'],
    "ruby": [
        'def repeat(word, times = 2, sep = "END")\n  ([word] * times).join(sep)\nend',
        'def repeat(word, times = 2, sep: "END")\n  ([word] * times).join(sep)\nend',
        'def repeat(word:, times: 2, sep: "END")\n  ([word] * times).join(sep)\nend',
    ],
    "php": [
        '<?php function repeat($word, $times = 2, $sep = "END") { return implode($sep, array_fill(0, $times, $word)); }'
    ],
    "javascript": [
        f'function repeat(word, times = 2, sep = "END") {{ return {_REPEATED}; }}',
        f'function repeat(word, {{ times = 2, sep = "END" }} = {{}}) {{ return {_REPEATED}; }}',
        f'const repeat = ({{ word, times = 2, sep = "END" }}) => {_REPEATED};',
    ],
    "typescript": [
        f'function repeat(word: string, times: number = 2, sep: string = "END"): string {{ return {_REPEATED}; }}'
    ],
    "python": [
        'def repeat(word, times=2, sep="END"):\n    return sep.join([word] * times)',
        'def repeat(word, times=2, *, sep="END"):\n    return sep.join([word] * times)',
    ],
    "kotlin": [
        'fun repeat(word: String, times: Int = 2, sep: String = "END") = List(times) { word }.joinToString(sep)',
    ],
    "csharp": [f'static class A {{ static string Repeat(string word, int times = 2, string sep = "END") {_SHARP} }}'],
    "java": [
        f'class A {{ static String repeat(String word) {{ return repeat(word, 2, "END"); }} {_JAVA}'
        ' static String repeat(String word, int times) { return repeat(word, times, "END"); } }'
    ],
}
WITHOUT_DEFAULTS = {
    "cpp": f"std::string repeat(std::string word, int times, std::string sep) {_CPP}",
    "ruby": "def repeat(word, times:, sep:)\n  ([word] * times).join(sep)\nend",
    "javascript": f"function repeat(word, times, sep) {{ return {_REPEATED}; }}",
    "java": f"class A {{ {_JAVA} }}",
    "go": 'import "strings"\nfunc Repeat(word string, times int, sep string) string {\n'
    "\treturn strings.TrimSuffix(strings.Repeat(word+sep, times), sep)\n}",
    "rust": "fn repeat(word: &str, times: usize, sep: &str) -> String { vec![word; times].join(sep) }",
}
SLOW = ("java", "kotlin", "csharp", "cpp", "rust", "go", "typescript")


@pytest.mark.parametrize(
    "language",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else [])
        for name in sorted({*WITH_DEFAULTS, *WITHOUT_DEFAULTS})
    ],
)
def test_what_a_call_leaves_out_is_left_to_the_translation(language: str) -> None:
    right = [code.replace("END", "-") for code in WITH_DEFAULTS.get(language, ())]
    wrong = [code.replace("END", "_") for code in WITH_DEFAULTS.get(language, ())]
    right += [WITHOUT_DEFAULTS[language]] if language in WITHOUT_DEFAULTS else []
    joined = [TESTED_LANGUAGES[language].with_cases(code, "repeat", CASES) for code in (*right, *wrong)]
    runs = runner_of(language).run([one.job for one in joined])
    passed = [judge_cases(CASES, *pair).passed for pair in zip(joined, runs, strict=True)]
    assert passed == [len(CASES)] * len(right) + [1] * len(wrong)
