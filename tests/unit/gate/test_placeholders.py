"""A completion that only stands for a translation is rejected, in every language, if the source does more."""

from __future__ import annotations

import pytest

from synthcode.gate.placeholders import placeholder
from synthcode.languages import LANGUAGES
from tests.support.programs.placeholders import PYTHON, why_placeholder

HEADS = {
    "python": ("def clamp_all(xs, low, high):\n    ", "\n"),
    "java": ("class A {\n    static int[] clampAll(int[] xs, int low, int high) {\n", "\n    }\n}\n"),
    "javascript": ("const clampAll = (xs, low, high) => {\n", "\n};\n"),
    "typescript": ("function clampAll(xs: number[], low: number, high: number): number[] {\n", "\n}\n"),
    "go": ("func clampAll(xs []int, low, high int) []int {\n", "\n}\n"),
    "php": ("<?php\nfunction clampAll(array $xs, int $low, int $high): array {\n", "\n}\n"),
    "ruby": ("def clamp_all(xs, low, high)\n", "\nend\n"),
    "c": ("void clamp_all(int *xs, int n, int low, int high) {\n", "\n}\n"),
    "cpp": ("std::vector<int> clampAll(const std::vector<int>& xs, int low, int high) {\n", "\n}\n"),
    "csharp": ("class A {\n    static List<int> ClampAll(List<int> xs, int low, int high) {\n", "\n    }\n}\n"),
    "rust": ("fn clamp_all(xs: &[i32], low: i32, high: i32) -> Vec<i32> {\n", "\n}\n"),
    "kotlin": ("fun clampAll(xs: List<Int>, low: Int, high: Int): List<Int> {\n", "\n}\n"),
}
BODIES = {
    "python": (
        *("pass", "...", "raise NotImplementedError", 'raise NotImplementedError("later")', "return None", "return []"),
        *(
            '"""Clamp."""',
            '"""Clamp."""\n    # TODO: implement\n    pass',
            'print("not implemented")',
            "return 0",
            "return",
        ),
        *("out = []\n    return out", "assert False, 'not implemented'", 'return "TODO"', "return list()"),
    ),
    "java": (
        *("", "// TODO", "return null;", "return new int[0];", "return new int[]{};", "throw new RuntimeException();"),
        *('throw new UnsupportedOperationException("Not implemented yet");', 'System.out.println("clamp");'),
        "int[] result = null; /* your code here */ return result;",
    ),
    "javascript": (
        "",
        "// your code here",
        "throw new Error('Not implemented');",
        "return [];",
        "return null;",
        "return;",
    ),
    "typescript": (
        "",
        'throw new Error("Method not implemented.");',
        "return [];",
        "const out: number[] = []; return out;",
    ),
    "go": (
        "// implementation goes here\nreturn nil",
        'panic("not implemented")',
        'panic("TODO")',
        "return []int{}",
        "",
        "_ = xs\n_ = low\nreturn nil",
    ),
    "php": ("", "// ...", 'throw new \\Exception("Not implemented");', "return [];", "return array();", "return null;"),
    "ruby": ("", "# your code here", "raise NotImplementedError", "nil", "[]", 'raise "not implemented"', "return []"),
    "c": (
        "",
        "/* ... */",
        "return;",
        "abort();",
        "(void)0; /* TODO */",
        "(void)xs; (void)n; (void)low;\n(void)high;",
        'printf("not implemented\\n");',
    ),
    "cpp": ("", "return {};", 'throw std::runtime_error("not implemented");', "return std::vector<int>();"),
    "csharp": ("throw new NotImplementedException();", "return null;", "return new List<int>();", "return default;"),
    "rust": (
        "todo!()",
        "unimplemented!()",
        'unimplemented!("later")',
        "Vec::new()",
        "vec![]",
        'panic!("not yet")',
        "// …",
        "let _ = low;\nVec::new()",
    ),
    "kotlin": ('TODO("Not yet implemented")', "return emptyList()", "return listOf()", "throw NotImplementedError()"),
}
STUBS = [(language, body) for language, bodies in BODIES.items() for body in bodies]


@pytest.mark.parametrize(("language", "body"), STUBS)
def test_stubs(language: str, body: str) -> None:
    head, end = HEADS[language]
    reason = why_placeholder(head + body + end, language)
    assert reason is not None
    assert "is a stub" in reason


OTHER_FORMS = {
    "Kotlin, an expression": ("kotlin", "fun clampAll(xs: List<Int>, low: Int, high: Int): List<Int> = TODO()"),
    "C#, an expression": (
        "csharp",
        "int[] ClampAll(int[] xs, int low, int high) => throw new NotImplementedException();",
    ),
    "Ruby, an expression": ("ruby", "def clamp_all(xs, low, high) = raise NotImplementedError"),
    "JavaScript, an expression": ("javascript", "const clampAll = (xs, low, high) => [];"),
    "a struct": ("c", "struct range { int low, high; };"),
    "an interface": ("typescript", "interface Range { low: number; high: number }"),
    "an interface with the signature": ("java", "interface A { int[] clampAll(int[] xs, int low, int high); }"),
    "an abstract method": ("kotlin", "abstract class A { abstract fun clampAll(xs: List<Int>): List<Int> }"),
    "a trait": ("rust", "trait Clamp { fn clamp_all(&self, xs: &[i32]) -> Vec<i32>; }"),
    "an empty class": ("cpp", "class Clamp {\npublic:\n    Clamp() {}\n};"),
    "the source in a comment": ("java", f"class A {{\n    /*\n{PYTHON}    */\n}}"),
    "the source in a string": (
        "java",
        'class A {\n    static final String CODE = "def clamp_all(xs, low, high): ...";\n}',
    ),
    "the source in a string, to be run": (
        "javascript",
        "function clampAll(xs) {\n  return run('python3', \"def clamp_all(xs, low, high): return xs\", xs);\n}",
    ),
    "accessors": (
        "java",
        "class Range { int low; int getLow() { return low; } void setLow(int low) { this.low = low; } }",
    ),
    "the source in a comment of a program": (
        "javascript",
        "// def clamp_all(xs):\n//     return xs\nfunction main() {}",
    ),
    "a program that prints a word": (
        "java",
        'class Main {\n    public static void main(String[] args) {\n        System.out.println("Hello");\n    }\n}',
    ),
    "a test": ("go", "func TestClampAll(t *testing.T) {\n\tif len(clampAll(nil, 2, 3)) != 0 {\n\t\tt.Fail()\n\t}\n}"),
    "a test with annotations": (
        "java",
        "class ATest {\n    @Test\n    void testClamp() { assertEquals(1, A.clampAll(new int[] {1}, 0, 2)[0]); }\n}",
    ),
    "a test in Python": ("python", "def test_clamp_all():\n    assert clamp_all([1], 2, 3) == [2]"),
    "a test in a module": ("rust", "#[test]\nfn test_it() {\n    assert_eq!(clamp_all(&[1], 2, 3), vec![2]);\n}"),
    "usage": ("cpp", "int main() {\n    auto out = clampAll({1, 5}, 2, 3);\n    std::cout << out[0];\n}"),
    "another function": ("ruby", "def fibonacci(n)\n  n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2)\nend"),
}


@pytest.mark.parametrize(("language", "code"), OTHER_FORMS.values(), ids=OTHER_FORMS)
def test_other_forms(language: str, code: str) -> None:
    assert why_placeholder(code, language) is not None


@pytest.mark.parametrize(
    "comment",
    [
        "... rest of the code",
        "... (rest of the implementation)",
        "... existing code ...",
        "... rest of the code stays the same ...",
        "rest of the function remains unchanged",
        "The rest of the code goes here",
        "... remaining cases",
        "... same as before",
        "... other methods ...",
        "implementation omitted for brevity",
        "(code omitted)",
        "… weitere: … rest of code",
        "similar for the other cases",
        "... more cases here",
    ],
)
def test_comments_in_place_of_code(comment: str) -> None:
    for language, mark in (("java", "//"), ("javascript", "//"), ("ruby", "#"), ("rust", "//"), ("php", "//")):
        head, end = HEADS[language]
        body = f"{mark} {comment}\n{'$' if language == 'php' else ''}xs = f({'$' if language == 'php' else ''}xs);\n"
        reason = why_placeholder(head + body + end, language)
        assert reason is not None
        assert reason.startswith("line "), "elided code is found before anything else"
        assert "code is left out" in reason


EMPTY_BLOCKS = {
    "python": "def clamp_all(xs, low, high):\n    for x in xs:\n        # TODO: clamp x\n        pass\n    return xs\n",
    "java": "class A { int[] clampAll(int[] xs) {\n    for (int x : xs) {\n        // TODO\n    }\n    return xs;\n} }",
    "javascript": "function clampAll(xs) {\n  if (xs.length) {\n    // ...\n  }\n  return xs;\n}",
    "go": "func clampAll(xs []int) []int {\n\tfor range xs {\n\t\t// implement\n\t}\n\treturn xs\n}",
    "c": "void clamp_all(int *xs, int n) {\n    while (n--) {\n        /* add the logic here */\n    }\n}",
}


@pytest.mark.parametrize(("language", "code"), EMPTY_BLOCKS.items())
def test_a_block_that_holds_only_a_comment_that_asks_for_code(language: str, code: str) -> None:
    reason = why_placeholder(code, language)
    assert reason is not None
    assert "yet to be written" in reason


def test_several_comments_are_left_out_of_a_stub() -> None:
    comments = "  // 1. It has 30 (or 31) days.\n\n  // 2. Then it is long.\n\n  // 3. Else not.\n"
    code = f"bool isLong(int month) {{\n{comments}}}\n"
    source = "def is_long(month):\n    return month in (1, 3, 5, 7, 8, 10, 12)\n"
    cpp, python = LANGUAGES["cpp"], LANGUAGES["python"]
    verdicts = {placeholder(code + "\n" * blank, cpp, source, python, None) for blank in range(20)}
    assert verdicts == {"line 1: isLong is a stub"}


@pytest.mark.parametrize(
    ("language", "tests"),
    [
        (
            "java",
            "class T {\n    @Test\n    void clamps() {\n        assertEquals(1, A.clampAll(xs, 1, 2)[0]);\n    }\n}\n",
        ),
        (
            "csharp",
            "class T {\n    [Fact]\n    void Clamps() {\n        Assert.Equal(1, A.ClampAll(xs, 1, 2)[0]);\n    }\n}\n",
        ),
        (
            "rust",
            "mod t {\n    #[test]\n    fn clamps() {\n        assert_eq!(clamp_all(&[0], 1, 2), vec![1]);\n    }\n}\n",
        ),
        (
            "kotlin",
            "class T {\n    @Test\n    fun clamps() {\n        assertEquals(1, clampAll(xs, 1, 2)[0])\n    }\n}\n",
        ),
        (
            "php",
            "<?php\nclass T extends TestCase {\n  function clamps() { $this->same([1], clampAll([0], 1, 2)); }\n}\n",
        ),
        ("ruby", "class T < Minitest::Test\n  def clamps\n    assert_equal [1], clamp_all([0], 1, 2)\n  end\nend\n"),
    ],
)
def test_tests_are_known_by_what_their_framework_marks_them_with(language: str, tests: str) -> None:
    assert why_placeholder(tests, language) == "it calls clamp_all and does not define it"


@pytest.mark.parametrize(
    ("language", "body"),
    [("ruby", "  # TODO\n  xs"), ("java", "// TODO: implement\nreturn xs;"), ("go", "// TODO\nreturn xs")],
)
def test_a_parameter_handed_back_under_a_comment_that_asks_for_code(language: str, body: str) -> None:
    head, end = HEADS[language]
    assert "yet to be written" in (why_placeholder(head + body + end, language) or "")
    assert why_placeholder(head + body.replace("xs", "xs.clamp(low, high)") + end, language) is None


def test_comments_mention_parameters_and_use_none() -> None:
    head, end = HEADS["java"]
    body = "int[] result = new int[3];\n// clamp each of xs between low and high\nreturn result;"
    assert why_placeholder(head + body + end, "java") == "line 2: clampAll is a stub"
    assert why_placeholder(head + body.replace("3", "xs.length") + end, "java") is None
