"""C++ programs, run with tests in the sandbox."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from synthcode.verification.benches import open_bench
from synthcode.verification.cases.case import Raises, TestCase, Untestable
from synthcode.verification.cases.outcome import Outcome, judge_cases, judge_program
from synthcode.verification.languages.cpp import CPP
from synthcode.verification.languages.tested import TestProgram

pytestmark = pytest.mark.toolchains

CASES = (TestCase(([3, 1],), [1, 3]), TestCase(([],), []))
TEST = """
template <typename T> bool compare(T a, T b) { return a == b; }
int main(int argc, char* argv[]) {
    vector<int> x0 = sortIt(vector<int>{2, 1});
    if (!compare(x0, {1, 2})) {
        throw runtime_error("Exception -- test case 0 did not pass.");
    }
}
"""
RIGHT = "vector<int> sort_it(vector<int> items) { sort(items.begin(), items.end()); return items; }"


def cases_of(*codes: str, cases: Sequence[TestCase] = CASES, entry_point: str = "sort_it") -> list[Outcome]:
    runner = open_bench("cpp").runner
    assert runner is not None
    programs = [CPP.with_cases(code, entry_point, cases) for code in codes]
    ran = runner.run([program.job for program in programs])
    return [judge_cases(cases, program, one) for program, one in zip(programs, ran, strict=True)]


def own_tests_of(*codes: str) -> list[Outcome]:
    runner = open_bench("cpp").runner
    assert runner is not None
    jobs = [CPP.with_test(code, TestProgram(TEST), "sort_it") for code in codes]
    return [judge_program(ran) for ran in runner.run(jobs)]


RIGHT_FORMS = (
    RIGHT,
    f"using namespace std;\n{RIGHT}\nint main() {{ return 3; }}",
    f"#include <vector>\n#include <algorithm>\n#define vec std::vector\nvec<int> sortIt(vec<int> items) {RIGHT[38:]}",
    "struct Sorter { vector<int> sortIt(vector<int> items) { sort(begin(items), end(items)); return items; } };",
    "class Sorter { public: static vector<int> sortIt(const vector<int>& items) { auto copy = items; "
    "sort(copy.begin(), copy.end()); return copy; } private: int x; };",
    "namespace sorting { using V = std::vector<int>; V sort_it(V v) { std::sort(v.begin(), v.end()); return v; } }",
    "auto sort_it = [](std::vector<int> v) { std::sort(v.begin(), v.end()); return v; };",
    "template <typename T> std::vector<T> sort_it(std::vector<T> v) { std::sort(v.begin(), v.end()); return v; }",
    "#include <vector>\nusing namespace std;\nint count = 0;\nvector<int> sort_it(vector<int> v) { count++; "
    "if (v.size() == 2 && v[0] > v[1]) { int t = v[0]; v[0] = v[1]; v[1] = t; } return v; }",
)


def test_a_right_program_passes_in_any_form() -> None:
    assert cases_of(*RIGHT_FORMS) == [Outcome(2, 2, None, "")] * len(RIGHT_FORMS)
    assert own_tests_of(*RIGHT_FORMS) == [Outcome(1, 1, None, "")] * len(RIGHT_FORMS)


def test_mathematical_functions_that_the_precompiled_header_leaves_out_can_be_called() -> None:
    codes = (
        "double half(double x) { return std::riemann_zeta(2.0) * 0 + x / 2; }",
        "#include <bits/stdc++.h>\nusing namespace std;\ndouble half(double x) { return beta(1.0, 1.0) * x / 2; }",
        "double beta(double x) { return x / 2; }\ndouble half(double x) { return beta(x); }",
    )
    assert cases_of(*codes, cases=[TestCase((3.0,), 1.5)], entry_point="half") == [Outcome(1, 1, None, "")] * 3


def test_arrays_that_are_changed_in_place_are_results() -> None:
    codes = (
        "void sort_it(int arr[], int n) { std::sort(arr, arr + n); }",
        "void sort_it(std::vector<int>& items) { std::sort(items.begin(), items.end()); }",
        "void sort_it(const int* items, size_t size, std::vector<int>& result) {"
        " result.assign(items, items + size); std::sort(result.begin(), result.end()); }",
    )
    assert cases_of(*codes) == [Outcome(2, 2, None, "")] * 3


def test_a_wrong_program_fails_with_its_first_message() -> None:
    wrong = cases_of(
        "vector<int> sort_it(vector<int> items) { return items; }",
        "vector<int> sort_it(vector<int> items) { exit(0); }",
        "vector<int> sort_it(vector<int> items) { int *p = nullptr; *p = 1; return items; }",
        'vector<int> sort_it(vector<int> items) { throw std::out_of_range("far"); }',
        "vector<int> sort_it(vector<int> items) { return itemz; }",
    )
    assert [(one.reason, one.detail) for one in wrong] == [
        ("test_failed", "([3, 1]) -> [3, 1], expected [1, 3]"),
        ("test_failed", "it ended before its tests did"),
        ("test_crash", "Segmentation fault"),
        ("test_failed", "([3, 1]) -> raises std::out_of_range, expected [1, 3]"),
        ("compile_error", "\u2018itemz\u2019 was not declared in this scope; did you mean \u2018items\u2019?"),
    ]
    own = own_tests_of(
        "vector<int> sort_it(vector<int> items) { return items; }",
        "vector<int> sort_it(vector<int> items) { atexit([] { _exit(0); }); exit(0); }",
    )
    assert [one.detail for one in own] == ["Exception -- test case 0 did not pass.", "it ended before its tests did"]


def test_calls_that_do_not_fit_are_untestable() -> None:
    [outcome] = own_tests_of("vector<string> sort_it(vector<string> items) { return items; }")
    assert (outcome.tests, outcome.reason) == (0, None)
    assert outcome.detail.startswith("the calls in its tests do not fit it: could not convert")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("int sort_it(int items) { return items; }", r"\[3, 1\] does not fit the type int"),
        ("vector<int> sort_it(vector<int> items, Order order) { return items; }", "other arguments than 1"),
        ("class S { vector<int> sort_it(vector<int> v) { return v; } };", "private"),
        ("struct S { S(int x) {} vector<int> sort_it(vector<int> v) { return v; } };", "without parameters"),
        ('asm("nop"); vector<int> sort_it(vector<int> v) { return v; }', "assembly"),
        ("int x = 3;", "no function"),
        ("template <class T> struct S { T sort_it(T x) { return x; } };", "its class is a template"),
    ],
)
def test_programs_that_no_case_fits_say_why(code: str, reason: str) -> None:
    with pytest.raises(Untestable, match=reason):
        CPP.with_cases(code, "sort_it", CASES)


def test_text_with_a_nul_is_not_expected() -> None:
    with pytest.raises(Untestable, match="its first NUL"):
        CPP.with_cases("string same(string x) { return x; }", "same", (TestCase(("a\0b",), "a\0b"),))


def test_one_odd_case_drops_no_other() -> None:
    cases = (TestCase((2,), 2), TestCase((1 << 40,), 1 << 40), TestCase(("x",), "x"), TestCase((-3,), -3))
    [outcome] = cases_of("int same(int x) { return x; }", cases=cases, entry_point="same")
    assert outcome == Outcome(2, 2, None, "")


SAME = {
    "int": (0, -(1 << 31), (1 << 31) - 1),
    "long long": (-(1 << 63), (1 << 63) - 1),
    "unsigned long": ((1 << 64) - 1,),
    "size_t": (7,),
    "int8_t": (-128,),
    "const double&": (0.1, -1e300, float("inf"), float("nan"), 3),
    "float": (1.5,),
    "bool": (True, False),
    "char": ("a", '"', "\n"),
    "const std::string&": ("", 'a"b\\c\n', "?\u00e9\U0001f600", "??/", "\x01234"),
    "std::string_view": ("abc",),
    "const char*": ("abc", None),
    "std::vector<std::vector<int>>": ([[1, 2], [], [3]], []),
    "std::vector<std::string>": (["a", "b"], []),
    "std::vector<bool>": ([True, False],),
    "std::array<int, 3>": ([1, 2, 3],),
    "std::list<double>": ([1, 2.5],),
    "std::pair<int, std::string>": ((1, "a"),),
    "std::tuple<int, double, bool>": ((1, 2.0, True),),
    "std::map<std::string, std::vector<int>>": ({"a": [1], "b": []},),
    "std::unordered_map<int, int>": ({1: 2},),
    "std::set<int>": ({1, 2}, set()),
    "std::unordered_set<std::string>": ({"a", "b"},),
    "std::optional<int>": (None, 3),
    "std::optional<std::vector<int>>": (None, [3]),
    "std::variant<int, std::string>": (3, "x"),
    "std::vector<std::variant<int, std::string>>": ([1, "x"],),
    "std::vector<std::pair<char, int>>": ([("a", 1), ("b", 2)],),
    "auto": (3, "x", 2.5, [1, 2], (1, "x"), {"a": 1}),
}


def test_values_of_all_types_come_back_as_they_are() -> None:
    codes = [f"auto same({kind} x) {{ return x; }}" for kind in SAME]
    codes[list(SAME).index("const char*")] = "const char* same(const char* x) { return x; }"
    runner = open_bench("cpp").runner
    assert runner is not None
    cases = [tuple(TestCase((value,), value) for value in values) for values in SAME.values()]
    programs = [CPP.with_cases(code, "same", of_type) for code, of_type in zip(codes, cases, strict=True)]
    ran = runner.run([program.job for program in programs])
    outcomes = [judge_cases(*one) for one in zip(cases, programs, ran, strict=True)]
    assert dict(zip(SAME, outcomes, strict=True)) == {
        kind: Outcome(len(values), len(values), None, "") for kind, values in SAME.items()
    }


def test_an_exception_is_the_result_of_a_call_that_raises() -> None:
    cases = (TestCase((0,), Raises("ZeroDivisionError")), TestCase((2,), 5))
    code = 'int divide(int x) { if (x == 0) throw std::invalid_argument("zero"); return 10 / x; }'
    assert cases_of(code, cases=cases, entry_point="divide") == [Outcome(2, 2, None, "")]


FITTING = (
    ("struct R { int low; int high; };\nR f(std::vector<int> v) { return {v[0], v[1]}; }", ([1, 2],), (1, 2)),
    ("struct P { int x, y; };\nstd::vector<P> f(std::vector<P> v) { return {v[1]}; }", ([(1, 2), (3, 4)],), [(3, 4)]),
    ("template <class T> T f(const std::vector<T>& a, const T& b) { return a[0] + b; }", ([1.5], 2), 3.5),
    ("template <class K, class V> K f(std::map<K, std::vector<V>> m) { return m.begin()->first; }", ({"a": [1]},), "a"),
    ("int f(std::vector<int>* v) { return v->size(); }", ([1, 2],), 2),
    ("int f(const int (&a)[3]) { return a[2]; }", ([1, 2, 3],), 3),
    ("int f(int a[][2], int n) { return a[n - 1][1]; }", ([[1, 2], [3, 4]],), 4),
    ("int f(char* s) { return std::strlen(s); }", ("abc",), 3),
    ("int f(int arr[], int n) { return arr[n - 1]; }", ([1, 2, 3], 2), 2),
    ("int f(std::vector<int> arr) { return arr.size(); }", ([1, 2, 3], 3), 3),
    ("void f(int a, int b, int& q, int& r) { q = a / b; r = a % b; }", (7, 2), (3, 1)),
    ("std::unique_ptr<int> f(int x) { return x ? std::make_unique<int>(x) : nullptr; }", (0,), None),
    ("#define int long long\nstd::vector<int> f(int k) { return {k}; }\nsigned main() {}", (1 << 40,), [1 << 40]),
    ("auto f(int x) -> std::vector<int> { return {x}; }", (3,), [3]),
    ("int f(std::initializer_list<int> v) { return *v.begin(); }", ([3],), 3),
)


def test_calls_are_made_by_the_signature_of_the_program() -> None:
    runner = open_bench("cpp").runner
    assert runner is not None
    cases = [(TestCase(arguments, expected),) for _, arguments, expected in FITTING]
    programs = [CPP.with_cases(code, "f", case) for (code, _, _), case in zip(FITTING, cases, strict=True)]
    ran = runner.run([program.job for program in programs])
    assert [judge_cases(*one) for one in zip(cases, programs, ran, strict=True)] == [
        Outcome(1, 1, None, "") for _ in FITTING
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('vector<string> f(string s) { return {s, "False"}; }', ("a", False)),
        ("vector<int> f(string s) { return {0, 1}; }", (None, 1)),
        ("pair<int, int> f(string s) { return {0, 1}; }", (None, 1)),
        ("map<string, int> f(string s) { return {}; }", {"a": None}),
        ("int f(string s) { return 0; }", None),
        ("vector<long long> f(string s) { return {}; }", [2**70]),
    ],
)
def test_what_no_result_of_a_type_can_be_is_not_tested(code: str, expected: object) -> None:
    with pytest.raises(Untestable, match=r"a result of the type .* cannot"):
        CPP.with_cases(code, "f", [TestCase(("a",), expected)])


def test_single_precision_is_not_wrong() -> None:
    code = "float f(float number) { return number - int(number); }"
    cases = (TestCase((123.456,), 0.456), TestCase((3.5,), 0.5))
    right, wrong = cases_of(code, code.replace("- int", "- 1e-3 - int"), cases=cases, entry_point="f")
    assert (right.passed, wrong.reason) == (2, "test_failed")
