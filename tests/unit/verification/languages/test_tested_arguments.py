"""Forms of arguments: those that a call leaves out, those that go by name, and objects in the place of mappings."""

from __future__ import annotations

import pytest

from synthcode.verification.cases.case import TestCase
from synthcode.verification.cases.outcome import judge_cases
from synthcode.verification.languages.table import TESTED_LANGUAGES
from tests.support.programs.benches import runner_of

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


ITEMS = (
    TestCase(([{"unit_price": 2, "qty": 4}],), 8),
    TestCase(([{"unit_price": 1, "qty": 1}, {"unit_price": 3, "qty": 2}],), 7),
)
"""Of ``def total(items)``, which multiplies and adds."""
_RUBY = "  items.sum { |i| MEMBERS }\nend"
OBJECTS = {
    "java": [
        "import java.util.*; record Item(int unitPrice, int qty) {} class A { static int total(List<Item> items) {"
        " int t = 0; for (Item i : items) t += i.unitPrice() OP i.qty(); return t; } }",
        "class A { static class Item { private int qty, unitPrice; } static int total(Item[] items) {"
        " int t = 0; for (Item i : items) t += i.unitPrice OP i.qty; return t; } }",
    ],
    "kotlin": [
        "data class Item(val qty: Int, val unitPrice: Int)\n"
        "fun total(items: List<Item>) = items.sumBy { it.qty OP it.unitPrice }"
    ],
    "go": [
        "type Item struct { UnitPrice, Qty int }\nfunc Total(items []Item) int {\n\tt := 0\n"
        "\tfor _, i := range items {\n\t\tt += i.UnitPrice OP i.Qty\n\t}\n\treturn t\n}"
    ],
    "rust": [
        "struct Item { qty: i32, unit_price: i32 }\n"
        "fn total(items: &[Item]) -> i32 { items.iter().map(|i| i.qty OP i.unit_price).sum() }"
    ],
    "c": [
        "typedef struct { int unit_price; int qty; } Item;\nint total(const Item *items, int n) {"
        " int t = 0; for (int i = 0; i < n; i++) t += items[i].unit_price OP items[i].qty; return t; }"
    ],
    "cpp": [
        "struct Item { int qty; int unit_price; };\nint total(const std::vector<Item> &items) {"
        " int t = 0; for (auto &i : items) t += i.unit_price OP i.qty; return t; }"
    ],
    "csharp": [
        "public class Item { public int UnitPrice { get; set; } public int Qty { get; set; } }"
        " static class A { static int Total(List<Item> items) { return items.Sum(i => i.UnitPrice OP i.Qty); } }",
        "public class Item { public int P, Q; public Item(int unitPrice, int qty) { P = unitPrice; Q = qty; } }"
        " static class A { static int Total(Item[] items) { return items.Sum(i => i.P OP i.Q); } }",
    ],
    "php": [
        "<?php function total($all) { $t = 0; foreach ($all as $i) { $t += $i->unit_price OP $i->qty; } return $t; }",
        "<?php class Item { public function __construct(public int $unitPrice, public int $qty) {} }"
        " function total(array $all) { return array_sum(array_map(fn(Item $i) => $i->unitPrice OP $i->qty, $all)); }",
    ],
    "ruby": [
        "def total(items)\n" + _RUBY.replace("MEMBERS", member)
        for member in (
            'i["unit_price"] OP i["qty"]',
            "i[:unit_price] OP i[:qty]",
            "i.unit_price OP i.qty",
            "i.fetch(:unit_price) OP i.fetch(:qty)",
        )
    ],
    "javascript": [
        "const total = (items) => items.reduce((t, i) => t + (i.unit_price OP i.qty), 0);",
        "const total = (items) => items.reduce((t, { unitPrice, qty }) => t + (unitPrice OP qty), 0);",
    ],
    "typescript": [
        "interface Item { unitPrice: number; qty: number }\n"
        "const total = (items: Item[]): number => items.reduce((t, i) => t + (i.unitPrice OP i.qty), 0);"
    ],
}


@pytest.mark.parametrize(
    "language", [pytest.param(name, marks=[pytest.mark.slow] if name in (*SLOW, "c") else []) for name in OBJECTS]
)
def test_objects_stand_for_mappings(language: str) -> None:
    codes = [code.replace("OP", sign) for sign in "*-" for code in OBJECTS[language]]
    joined = [TESTED_LANGUAGES[language].with_cases(code, "total", ITEMS) for code in codes]
    runs = runner_of(language).run([one.job for one in joined])
    outcomes = [judge_cases(ITEMS, *pair) for pair in zip(joined, runs, strict=True)]
    count = len(OBJECTS[language])
    assert [(one.passed, one.detail) for one in outcomes[:count]] == [(2, "")] * count
    assert {one.reason for one in outcomes[count:]} == {"test_failed"}
