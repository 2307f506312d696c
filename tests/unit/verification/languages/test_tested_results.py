"""Where a program leaves its result: it returns it, stores it, returns it with a status, or gives none at all."""

from __future__ import annotations

import pytest

from synthcode.verification.cases.case import Raises, TestCase, Untestable
from synthcode.verification.cases.outcome import judge_cases
from synthcode.verification.languages.table import TESTED_LANGUAGES
from tests.support.programs.benches import runner_of

VOWELS = (TestCase(("Hello",), 2),)
PRINTING = {
    "java": "class A { static void vowels(String s) { System.out.println(2); } }",
    "kotlin": "fun vowels(s: String) { println(2) }",
    "csharp": "class A { static void Vowels(string s) { Console.WriteLine(2); } }",
    "go": 'import "fmt"\nfunc Vowels(s string) { fmt.Println(2) }',
    "rust": 'fn vowels(s: &str) { println!("2"); }',
    "c": '#include <stdio.h>\nvoid vowels(const char *s) { printf("2"); }',
    "cpp": "#include <iostream>\nvoid vowels(std::string s) { std::cout << 2; }",
    "javascript": "function vowels(s) { console.log(2); }",
    "typescript": "function vowels(s: string): void { console.log(2); }",
    "php": "<?php function vowels($s) { echo 2; }",
    "ruby": "def vowels(s)\n  puts 2\nend",
    "python": "def vowels(s):\n    print(2)",
}
TALKING = {
    "java": 'class A { static int vowels(String s) { System.out.print("x"); return 2; } }',
    "kotlin": 'fun vowels(s: String): Int { print("x"); return 2 }',
    "csharp": 'class A { static int Vowels(string s) { Console.Write("x"); return 2; } }',
    "go": 'import "fmt"\nfunc Vowels(s string) int { fmt.Print("x"); return 2 }',
    "rust": 'fn vowels(s: &str) -> i32 { print!("x"); 2 }',
    "c": '#include <stdio.h>\nint vowels(const char *s) { printf("x"); return 2; }',
    "cpp": '#include <iostream>\nint vowels(std::string s) { std::cout << "x"; return 2; }',
    "javascript": 'function vowels(s) { process.stdout.write("x"); return 2; }',
    "typescript": 'function vowels(s: string): number { process.stdout.write("x"); return 2; }',
    "php": "<?php function vowels($s) { echo 'x'; return 2; }",
    "ruby": "def vowels(s)\n  print 'x'\n  $stdout.flush\n  2\nend",
    "python": "def vowels(s):\n    print('x', end='', flush=True)\n    return 2",
}
BUMP = (TestCase(([1, 2],), [2, 3]),)
STORING = {
    "java": "import java.util.*;\nclass A { static void bump(List<Integer> xs) { xs.replaceAll(x -> x + 1); } }",
    "csharp": "class A { static void Bump(List<int> xs) { for (int i = 0; i < xs.Count; i++) xs[i]++; } }",
    "go": "func Bump(xs []int) {\n\tfor i := range xs {\n\t\txs[i]++\n\t}\n}",
    "rust": "fn bump(xs: &mut Vec<i32>) { for x in xs.iter_mut() { *x += 1; } }",
    "c": "void bump(int *xs, int n) { for (int i = 0; i < n; i++) xs[i]++; }",
    "cpp": "void bump(std::vector<int> &xs) { for (auto &x : xs) x++; }",
    "kotlin": "fun bump(xs: MutableList<Int>) { for (i in xs.indices) xs[i]++ }",
    "javascript": "function bump(xs) { xs.forEach((x, i) => { xs[i] = x + 1; }); }",
    "ruby": "def bump(xs)\n  xs.map! { |x| x + 1 }\n  nil\nend",
    "python": "def bump(xs):\n    xs[:] = [x + 1 for x in xs]",
    "php": "<?php function bump(array &$xs): void { foreach ($xs as &$x) { $x++; } }",
}
BOUNDS = (TestCase(([3, 1, 2],), {"low": 1, "high": 3}), TestCase(([5, 4],), (4, 5)))
_RUBY = (
    "class B\n  def initialize(a, b)\n    @low, @high = a, b\n  end\nend\ndef bounds(xs)\n  B.new(xs.min, xs.END)\nend"
)
RECORDS = {
    "java": (
        "bounds",
        "class B { private final int low, high; B(int a, int b) { low = a; high = b; } }\nclass A { static B bounds("
        "java.util.List<Integer> x) { return new B(java.util.Collections.min(x), java.util.Collections.END(x)); } }",
        *("max", "min"),
    ),
    "kotlin": (
        "bounds",
        "data class B(val low: Int, val high: Int)\nfun bounds(x: List<Int>) = B(x.min()!!, x.END()!!)",
        *("max", "min"),
    ),
    "csharp": (
        "bounds",
        "class B { public int Low { get; set; } public int High; }\n"
        "class A { static B Bounds(List<int> x) { return new B { Low = x.Min(), High = x.END() }; } }",
        *("Max", "Min"),
    ),
    "go": (
        "bounds",
        'import "sort"\ntype B struct {\n\tLow int\n\thigh int\n}\nfunc Bounds(x []int) B {\n\tsort.Ints(x)\n'
        "\treturn B{x[0], x[END]}\n}",
        *("len(x)-1", "0"),
    ),
    "rust": (
        "bounds",
        "struct B { low: i32, high: i32 }\nfn bounds(x: &[i32]) -> B { "
        "B { low: *x.iter().min().unwrap(), high: *x.iter().END().unwrap() } }",
        *("max", "min"),
    ),
    "cpp": (
        "bounds",
        "#include <algorithm>\n#include <vector>\nstruct B { int low, high; };\nB bounds(std::vector<int> x) "
        "{ std::sort(x.begin(), x.end()); return {x.front(), x.END()}; }",
        *("back", "front"),
    ),
    "javascript": (
        "bounds",
        "class B { constructor(a, b) { this.low = a; this.high = b; } }\n"
        "const bounds = (x) => new B(Math.min(...x), Math.END(...x));",
        *("max", "min"),
    ),
    "php": (
        "bounds",
        "<?php class B { public function __construct(private int $low, public int $high) {} }\n"
        "function bounds($x) { return new B(min($x), END($x)); }",
        *("max", "min"),
    ),
    "ruby": ("bounds", _RUBY, "max", "min"),
    "python": (
        "bounds",
        "class B:\n    def __init__(self, a, b):\n        self.low, self.high = a, b\n"
        "async def bounds(x):\n    return B(min(x), END(x))",
        *("max", "min"),
    ),
}
"""Objects with fields, for mappings and tuples: the entry point, the program, and its ends, right and wrong."""
DIVISION = (TestCase((7, 2), (3, 1)), TestCase((6, 3), (2, 0)))
PARTS = {
    "csharp": (
        "parts",
        "class A { static int Parts(int a, int b, out int r) { r = a END b; return a / b; } }",
        "%",
        "/",
    ),
    "c": ("parts", "int parts(int a, int b, int *rest) { *rest = a END b; return a / b; }", "%", "/"),
    "cpp": ("parts", "int parts(int a, int b, int &rest) { rest = a END b; return a / b; }", "%", "/"),
}
"""What a function returns, and what it stores, are one result."""
SWAP = (TestCase((1, 2), (2, 1)),)
TWO_SUM = (TestCase(([2, 7], 9), (0, 1)), TestCase(([1, 2], 9), None))
RAISING = (TestCase(([2, 7], 9), (0, 1)), TestCase(([1, 2], 9), Raises("ValueError")))
FIRST = (TestCase(([4, 5],), [4]), TestCase(([],), None))
DIVIDE = (TestCase((1.0, 2.0), 0.5),)
GROUP = (TestCase((["a", "bb", "c"],), {1: ["a", "c"], 2: ["bb"]}),)
UNIQUE = (TestCase(([1, 1, 2],), {1, 2}),)
REVERSE = (TestCase(("h\u00e9",), "\u00e9h"),)
FOUND = "func TwoSum(xs []int, n int) (int, int, bool) { return 0, RESULT, xs[0]+xs[1] == n }"
PLACES = "int *first(int *xs, int n, int *size) { *size = n ? 1 : 0; return n ? xs + OFFSET : 0; }"
ORDER = (TestCase(([3, 1, 2],), [1, 2, 3]), TestCase(([2, 1],), [1, 2]))
CELLS = (TestCase(([(0, 1), (0, 1)],), {(0, 1): 2}),)
ELEMENTS = "for (int i = 0; i < a.Count; i++) for (int j = 0; j < i; j++) if (a[i] < a[j]) (a[i], a[j]) = (a[j], a[i]);"
RIGHT = (
    ("csharp", f"class A {{ static List<int> Order(List<int> a) {{ {ELEMENTS} return a; }} }}", ORDER),
    ("javascript", "async function* order(xs) { yield* [...xs].sort(); }", ORDER),
    ("python", "async def order(xs):\n    for x in sorted(xs):\n        yield x", ORDER),
    (
        "c",
        "#include <stdlib.h>\nint *order(int *x, int n) { for (int i = 0; i < n; i++) for (int j = 0; j < i; j++) "
        "if (x[i] < x[j]) { int t = x[i]; x[i] = x[j]; x[j] = t; } return x; }",
        ORDER,
    ),
    (
        "javascript",
        "function cells(all) { const m = {}; for (const c of all) m[c] = (m[c] || 0) + 1; return m; }",
        CELLS,
    ),
    ("php", "<?php function swap(int &$a, int &$b): void { [$a, $b] = [$b, $a]; }", SWAP),
    ("php", "<?php function unique(array $xs): array { return array_unique($xs); }", UNIQUE),
    ("go", FOUND.replace("RESULT", "1"), TWO_SUM),
    ("go", FOUND.replace("RESULT", "1"), RAISING),
    ("c", PLACES.replace("OFFSET", "0"), FIRST),
    ("c", "double divide(double a, double b, int *error) { *error = b == 0; return b == 0 ? 0 : a / b; }", DIVIDE),
    ("csharp", "class A { static ILookup<int, string> Group(string[] all) => all.ToLookup(x => x.Length); }", GROUP),
    ("typescript", "namespace A { export function divide(a: number, b: number) { return a / b; } }", DIVIDE),
    ("typescript", "namespace A.B { export const divide = (a: number, b: number): number => a / b; }", DIVIDE),
    ("python", "class Items(list):\n    pass\ndef unique(xs):\n    return Items(dict.fromkeys(xs))", UNIQUE),
)
WRONG = (
    ("c", "int *order(int *x, int n) { return x; }", ORDER),
    ("python", "def order(xs):\n    sorted(xs)", ORDER),
    ("javascript", "function order(xs) { xs.sort((a, b) => b - a); }", ORDER),
    ("javascript", "function cells(all) { const m = {}; for (const c of all) m[c] = 1; return m; }", CELLS),
    ("php", "<?php function swap(int &$a, int &$b): void { $a = $b; }", SWAP),
    ("php", "<?php function reverse($s) { return strrev($s); }", REVERSE),
    ("ruby", "def reverse(s)\n  s.b.reverse\nend", REVERSE),
    ("go", FOUND.replace("RESULT", "2"), TWO_SUM),
    ("c", PLACES.replace("OFFSET", "1"), FIRST),
    ("c", "double divide(double a, double b, int *error) { *error = b == 0; return a * b; }", DIVIDE),
    ("csharp", "class A { static ILookup<int, string> Group(string[] all) => all.ToLookup(x => 1); }", GROUP),
    (
        "python",
        "class Any(list):\n    def __eq__(self, other):\n        return True\ndef swap(a, b):\n    return Any()",
        SWAP,
    ),
)
NAMES = {id(SWAP): "swap", id(UNIQUE): "unique", id(FIRST): "first", id(DIVIDE): "divide", id(GROUP): "group"} | {
    id(TWO_SUM): "two_sum",
    id(ORDER): "order",
    id(CELLS): "cells",
    id(RAISING): "two_sum",
    id(REVERSE): "reverse",
}
"""Cases, by identity -> the entry point."""
SLOW = ("java", "kotlin", "csharp", "c", "cpp", "rust", "go", "javascript", "typescript")


def programs_of(language: str) -> dict[str, tuple[str, tuple[TestCase, ...], str]]:
    """Return programs with the entry point, its cases, and what is to be said of them."""
    found = {
        PRINTING[language]: ("vowels", VOWELS, "wrong: ('Hello') -> None, expected 2"),
        TALKING[language]: ("vowels", VOWELS, "right"),
    }
    if language in STORING:
        found[STORING[language]] = ("bump", BUMP, "right")
    for programs, cases in ((RECORDS, BOUNDS), (PARTS, DIVISION)):
        for last, verdict in ((0, "right"), (1, "wrong")) if language in programs else ():
            name, text, *ends = programs[language]
            found[text.replace("END", ends[last])] = (name, cases, verdict)
    for table, verdict in ((RIGHT, "right"), (WRONG, "wrong")):
        found |= {code: (NAMES[id(cases)], cases, verdict) for one, code, cases in table if one == language}
    return found


@pytest.mark.parametrize(
    "language", [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in PRINTING]
)
def test_results_are_found_where_they_are(language: str) -> None:
    programs = programs_of(language)
    joined, verdicts = {}, {}
    for code, (entry_point, cases, _) in programs.items():
        try:
            joined[code] = TESTED_LANGUAGES[language].with_cases(code, entry_point, cases)
        except Untestable:
            verdicts[code] = "not rejected"
    runs = runner_of(language).run([one.job for one in joined.values()])
    for (code, one), ran in zip(joined.items(), runs, strict=True):
        outcome = judge_cases(programs[code][1], one, ran)
        passed = outcome.passed == len(programs[code][1])
        verdicts[code] = f"wrong: {outcome.detail}" if outcome.reason else "right" if passed else "not rejected"
    for code, (_, _, verdict) in programs.items():
        is_as_good = verdict == "not rejected" and verdicts[code] == "right"
        assert verdicts[code].startswith(verdict) or is_as_good, code
