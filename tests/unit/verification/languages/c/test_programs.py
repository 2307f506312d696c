"""C programs, run with tests in the sandbox: one program for each convention."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from synthcode.verification.benches import open_bench
from synthcode.verification.cases.case import Raises, TestCase, Untestable
from synthcode.verification.cases.outcome import Outcome, judge_cases, judge_program
from synthcode.verification.languages.c import C
from synthcode.verification.languages.tested import TestProgram

pytestmark = pytest.mark.toolchains

LONGEST = (1 << 63) - 1


def outcomes(programs: Sequence[tuple[str, Sequence[TestCase]]]) -> list[Outcome]:
    runner = open_bench("c").runner
    assert runner is not None
    joined = [C.with_cases(code, "answer", cases) for code, cases in programs]
    ran = runner.run([program.job for program in joined])
    return [judge_cases(cases, program, one) for (_, cases), program, one in zip(programs, joined, ran, strict=True)]


def calls(*pairs: tuple[tuple[object, ...], object]) -> list[TestCase]:
    return [TestCase(arguments, expected) for arguments, expected in pairs]


CONVENTIONS = {
    "integers": (
        "long long answer(int a, unsigned char b, int64_t c) { return a + b + c; }",
        calls(((1, 255, LONGEST - 256), LONGEST), ((-1, 0, -1), -2)),
    ),
    "unsigned": ("uint64_t answer(size_t a) { return a; }", calls((((1 << 64) - 1,), (1 << 64) - 1))),
    "floats": ("double answer(float a, double b) { return a * b; }", calls(((1.5, 2), 3.0), ((0.5, 1e300), 5e299))),
    "other floats": ("double answer(double a) { return a; }", calls(((float("inf"),), float("inf")))),
    "truth values": (
        "bool answer(int a, bool b) { return a > 0 && b; }",
        calls(((1, True), True), ((1, False), False)),
    ),
    "integers for truth values": ("int answer(int a) { return a & 4; }", calls(((5,), True), ((1,), False))),
    "characters": ("char answer(char c) { return toupper(c); }", calls((("a",), "A"), (("\n",), "\n"))),
    "strings": (
        "int answer(const char *s) { return (int)strlen(s); }",
        calls((("",), 0), (('a"b\\\n?',), 6), (("\u00e9",), 2)),
    ),
    "changed strings": (
        "void answer(char *s) { for (; *s; s++) *s = toupper(*s); }",
        calls((("abc",), "ABC"), (("",), "")),
    ),
    "new strings": (
        "char *answer(char s[], int n) { char *r = malloc(2 * n + 1); strcpy(r, s); strcat(r, s); return r; }",
        calls((("ab",), "abab"), ((("\U0001f600"),), "\U0001f600" * 2)),
    ),
    "no string": ('const char *answer(int a) { return a ? "a\\tb" : NULL; }', calls(((1,), "a\tb"), ((0,), None))),
    "arrays": (
        "int answer(const int *items, int n) { int s = 0; for (int i = 0; i < n; i++) s += items[i]; return s; }",
        calls((([1, 2, 3],), 6), (((4, 5),), 9), (([],), 0)),
    ),
    "arrays with their lengths in the seed": (
        "double answer(double a[], size_t n) { return n ? a[n - 1] : -1; }",
        calls((([1, 2.5], 2), 2.5), (([1, 2.5], 1), 1.0), (([], 0), -1)),
    ),
    "lengths before arrays": ("int answer(int n, int a[n]) { return a[n - 1]; }", calls((([4, 5],), 5))),
    "two arrays": (
        "int answer(int a[], int n, int b[], int m) { return a[n - 1] * b[m - 1]; }",
        calls((([1, 2], [3, 4, 5]), 10)),
    ),
    "two arrays of one length": (
        "int answer(int *a, int *b, int n) { return a[n - 1] * b[n - 1]; }",
        calls((([1, 2], [3, 4]), 8)),
    ),
    "arrays of strings": (
        "int answer(char **words, int count) { int s = 0; while (count--) s += strlen(words[count]); return s; }",
        calls(((["a", "", "bcd"],), 4), (([],), 0)),
    ),
    "arrays of pointers to strings": (
        "char answer(const char *words[], int n) { return words[n - 1][0]; }",
        calls(((["a", "xyz"],), "x")),
    ),
    "arrays of long strings": (
        "int answer(char words[][10], int n) { return words[n - 1][1]; }",
        calls(((["a", "xyz"],), 121)),
    ),
    "arrays of characters": ("char answer(char *items, int n) { return items[n - 1]; }", calls(((["a", "b"],), "b"))),
    "rows": (
        "int answer(int a[][3], int rows) { return a[rows - 1][2]; }",
        calls((([[1, 2, 3], [4, 5, 6]],), 6)),
    ),
    "rows of any length": (
        "int answer(int rows, int cols, int a[rows][cols]) { return a[rows - 1][cols - 1]; }",
        calls((([[1, 2, 3], [4, 5, 6]],), 6), (([[7]],), 7)),
    ),
    "pointers to rows": (
        "int answer(int **a, int m, int n) { return a[m - 1][n - 1]; }",
        calls((([[1, 2, 3], [4, 5, 6]],), 6)),
    ),
    "pointers to arrays": (
        "#define N 2\nint answer(int (*a)[N], int n) { return a[n - 1][1]; }",
        calls((([[1, 2], [3, 4]],), 4)),
    ),
    "lengths of rows": (
        "int answer(int** grid, int gridSize, int* gridColSize) { return grid[1][gridColSize[gridSize - 1] - 1]; }",
        calls((([[1], [2, 3]],), 3)),
    ),
    "lengths of results": (
        "int *answer(int *a, int n, int *returnSize) { int *r = malloc(n * 4); *returnSize = 0;"
        " for (int i = 0; i < n; i++) if (a[i] > 1) r[(*returnSize)++] = a[i]; return r; }",
        calls((([1, 2, 3],), [2, 3]), (([1],), [])),
    ),
    "lengths of strings": (
        "char **answer(int n, size_t *count) { char **r = malloc(n * sizeof *r); *count = n;"
        ' for (int i = 0; i < n; i++) r[i] = i ? "b" : "a"; return r; }',
        calls(((2,), ["a", "b"]), ((0,), [])),
    ),
    "lengths of rows of results": (
        "int **answer(int n, int *returnSize, int **returnColumnSizes) { int **r = malloc(n * sizeof *r);"
        " *returnColumnSizes = malloc(n * sizeof(int)); *returnSize = n; for (int i = 0; i < n; i++) {"
        " (*returnColumnSizes)[i] = i + 1; r[i] = calloc(i + 1, sizeof(int)); r[i][i] = i; } return r; }",
        calls(((3,), [[0], [0, 1], [0, 0, 2]])),
    ),
    "returned lengths": (
        "int answer(const int a[], int n, int result[]) { int k = 0; for (int i = 0; i < n; i++)"
        " if (a[i] % 2) result[k++] = a[i]; return k; }",
        calls((([1, 2, 3],), [1, 3]), (([],), [])),
    ),
    "returned lengths of changed arrays": (
        "int answer(int *a, int n) { int k = 0; for (int i = 0; i < n; i++) if (!i || a[i] != a[i - 1])"
        " a[k++] = a[i]; return k; }",
        calls((([1, 1, 2],), [1, 2])),
    ),
    "stored arrays": (
        "void answer(const int *a, int n, int *out, int *size) { *size = 0; while (n--) out[(*size)++] = a[n]; }",
        calls((([1, 2, 3],), [3, 2, 1])),
    ),
    "stored numbers": ("void answer(int a, int b, int *result) { *result = a * b; }", calls(((3, 4), 12))),
    "stored tuples": (
        "void answer(int a, int b, int *quotient, int *rest) { *quotient = a / b; *rest = a % b; }",
        calls(((7, 2), (3, 1))),
    ),
    "numbers stored with a status": (
        "bool answer(int a, double *root) { *root = sqrt(a); return a >= 0; }",
        calls(((4,), 2.0)),
    ),
    "stored strings": ('void answer(int n, char *out) { sprintf(out, "<%d>", n); }', calls(((12,), "<12>"))),
    "changed arrays": (
        "static int by(const void *a, const void *b) { return *(int *)a - *(int *)b; }\n"
        "void answer(int *a, int n) { qsort(a, n, sizeof *a, by); }",
        calls((([3, 1, 2],), [1, 2, 3])),
    ),
    "changed rows": (
        "void answer(int a[2][2]) { int t = a[0][1]; a[0][1] = a[1][0]; a[1][0] = t; }",
        calls((([[1, 2], [3, 4]],), [[1, 3], [2, 4]])),
    ),
    "structures": (
        "typedef struct { int low, high; } Range; Range answer(Range r) { return (Range){r.high, r.low}; }",
        calls((((1, 2),), (2, 1))),
    ),
    "structures with names": (
        "struct Item { char name[10]; double price; };\n"
        "const char *answer(struct Item *items, int n) { return items[n - 1].name; }",
        calls((([("a", 1.5), ("bc", 2)],), "bc")),
    ),
    "structures for arrays": (
        "typedef struct { int *data; size_t size; } Vec; Vec answer(int n) { Vec v = {calloc(n + 1, sizeof(int)), n};"
        " for (int i = 0; i < n; i++) v.data[i] = i; return v; }",
        calls(((3,), [0, 1, 2]), ((0,), [])),
    ),
    "pointers to structures": (
        "typedef struct List { char **items; int count; } List; List *answer(int n) { if (!n) return NULL;"
        ' List *l = malloc(sizeof *l); l->count = 1; l->items = malloc(sizeof(char *)); l->items[0] = "x"; return l; }',
        calls(((1,), ["x"]), ((0,), None)),
    ),
    "own names of types": (
        "typedef long long ll;\ntypedef char *string;\n#define u32 unsigned int\nll answer(u32 a, string s) "
        "{ return a + strlen(s); }",
        calls(((4000000000, "ab"), 4000000002)),
    ),
    "other naming and a main of its own": (
        "int Answer(int a) { return a; }\nint main() { return Answer(3); }",
        calls(((3,), 3)),
    ),
    "names of the headers": (
        "int round = 1;\nstatic int index(int a) { return a + round; }\nint answer(int a) { return index(a); }",
        calls(((3,), 4)),
    ),
    "nothing": ('void answer(int a) { printf("%d", a); }', calls(((3,), None))),
}


def test_right_programs_of_all_conventions_pass() -> None:
    found = dict(zip(CONVENTIONS, outcomes(list(CONVENTIONS.values())), strict=True))
    assert found == {name: Outcome(len(cases), len(cases), None, "") for name, (_, cases) in CONVENTIONS.items()}


def test_wrong_programs_fail_with_their_first_message() -> None:
    codes = {
        "int answer(int a) { return a; }": ("test_failed", "(3) -> 3, expected 4"),
        "int answer(int a) { exit(0); }": ("test_failed", "it ended before its tests did"),
        "int answer(int a) { return *(int *)(long)a; }": ("test_crash", "Segmentation fault"),
        "int answer(int a) { return b; }": ("compile_error", "\u2018b\u2019 undeclared (first use in this function)"),
    }
    found = outcomes([(code, calls(((3,), 4))) for code in codes])
    assert [(one.reason, one.detail) for one in found] == list(codes.values())


def test_what_is_declared_elsewhere_is_untestable() -> None:
    [outcome] = outcomes([("int helper(int); int answer(int a) { return helper(a); }", calls(((3,), 4)))])
    assert (outcome.tests, outcome.reason) == (0, None)
    assert "undefined reference" in outcome.detail


@pytest.mark.parametrize(
    ("code", "arguments", "expected", "reason"),
    [
        ("int **answer(int *a, int n) { return 0; }", ([1],), [1], "length of its result is not known"),
        ("int answer(int a) { return a; }", ([1],), 1, r"\[1\] does not fit the type int"),
        ("int answer(int a) { return a; }", (1 << 31,), 1, "2147483648 does not fit the type int"),
        ("int answer(int a) { return a; }", (1, 2), 1, "other arguments than 2"),
        ("int answer(int a) { return a; }", (1,), {1: 2}, "C has no mappings"),
        ("int answer(int a) { return a; }", (1,), None, "its result cannot be None"),
        ("int answer(int a) { return a; }", (1,), Raises("KeyError"), "C has no exceptions"),
        ("int answer(char *s) { return 1; }", ("a\0b",), 1, "ends at its first NUL"),
        ("int answer(int (*f)(int)) { return 1; }", (1,), 1, "takes a function"),
        ("int answer(const char *format, ...) { return 1; }", ("a",), 1, "any number of arguments"),
        ("int answer(FILE *f) { return 1; }", ("a",), 1, "no value of the type FILE"),
        ("int answer(int *a, int *b, int n) { return 1; }", ([1], [2, 3]), 1, "one length for arrays of several"),
        ("void answer(int *a, int n, int *b, int m) { }", ([1], [2]), 1, "returns nothing"),
    ],
)
def test_what_does_not_fit_says_why(code: str, arguments: tuple[object, ...], expected: object, reason: str) -> None:
    with pytest.raises(Untestable, match=reason):
        C.with_cases(code, "answer", calls((arguments, expected)))


def test_a_test_of_the_seeds_own() -> None:
    runner = open_bench("c").runner
    assert runner is not None
    test = TestProgram("#include <assert.h>\nint main(void) { assert(getAnswer(2) == 4); return 0; }")
    codes = ["int get_answer(int a) { return 2 * a; }", "#define NDEBUG\nint get_answer(int a) { return a; }"]
    good, bad = [judge_program(ran) for ran in runner.run([C.with_test(code, test, "getAnswer") for code in codes])]
    assert good == Outcome(1, 1, None, "")
    assert (bad.reason, bad.detail) == ("test_crash", "Assertion `get_answer(2) == 4' failed")
