"""The documented functions of source files in every language."""

from __future__ import annotations

import pytest

from synthcode.languages import LANGUAGES
from synthcode.seeds.adapters.functions import Function, documented_functions


def found(language: str, source: str) -> list[Function]:
    return list(documented_functions(source.encode(), LANGUAGES[language]))


def names(language: str, source: str) -> list[str]:
    return [function.name for function in found(language, source)]


FILES = {
    "python": '''
class A:
    @cached
    def total(self, xs):
        """Add all the numbers.

        Slowly.
        """
        result = 0
        return result + sum(xs)
''',
    "java": """
class A {
    /**
     * Add all the numbers.
     *
     * @param xs them
     */
    @Deprecated
    public static int total(int[] xs) {
        int result = 0;
        return result;
    }
}
""",
    "javascript": """
/**
 * Add all the numbers.
 * @param {number[]} xs
 */
export const total = (xs) => {
  let result = 0;
  return result;
};
""",
    "typescript": """
class A {
  /** Add all the numbers. */
  @memo()
  public total(xs: number[]): number {
    let result = 0;
    return result;
  }
}
""",
    "go": """package a

// Add all the numbers.
//
// Slowly.
func total(xs []int) int {
	result := 0
	return result
}
""",
    "php": """<?php
class A {
    /**
     * Add all the numbers.
     *
     * @param int[] $xs
     */
    public function total(array $xs): int {
        $result = 0;
        return $result;
    }
}
""",
    "ruby": """
class A
  # Add all the numbers.
  #
  # Slowly.
  def total(xs)
    xs.sum
  end
end
""",
    "c": """
/* Add all the numbers. */
static int *total(int *xs)
{
    return xs;
}
""",
    "cpp": """
/// Add all the numbers.
template <typename T>
T &total(T &xs) {
  return xs;
}
""",
    "csharp": """
class A {
    /// <summary>
    /// Add all the numbers.
    /// </summary>
    [Pure]
    public int total(int[] xs) {
        return 0;
    }
}
""",
    "rust": """
/// Add all the numbers.
///
/// Slowly.
#[inline]
pub fn total(xs: &[i32]) -> i32 {
    xs.iter().sum()
}
""",
    "kotlin": """
/** Add all the numbers. */
fun total(xs: List<Int>): Int {
    return xs.sum()
}
""",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_documented_function_is_found_in_every_language(language: str) -> None:
    (function,) = found(language, FILES[language])
    assert (function.name, function.text) == ("total", "Add all the numbers.")


def test_a_function_is_taken_alone_with_its_lines() -> None:
    (function,) = found("java", FILES["java"])
    assert function.code == (
        b"@Deprecated\npublic static int total(int[] xs) {\n    int result = 0;\n    return result;\n}"
    )
    assert (function.first_line, function.last_line) == (8, 12)


def test_a_template_and_an_assignment_are_taken_along() -> None:
    assert found("cpp", FILES["cpp"])[0].code.startswith(b"template <typename T>\nT &total")
    assert found("javascript", FILES["javascript"])[0].code.startswith(b"const total = (xs) => {")


def test_a_docstring_stays_for_the_cleaning_and_decorators_do_not() -> None:
    (function,) = found("python", FILES["python"])
    assert function.code.startswith(
        b'def total(self, xs):\n    """Add all the numbers.\n\n        Slowly.\n        """\n'
    )


def test_lines_within_strings_keep_their_indentation() -> None:
    source = '''
class A:
    def f(self):
        """Say a long thing."""
        x = """one
        two
  three"""
        return (x,
    self)
'''
    (function,) = found("python", source)
    assert function.code.decode() == (
        'def f(self):\n    """Say a long thing."""\n    x = """one\n        two\n  three"""\n    return (x,\nself)'
    )


@pytest.mark.parametrize(
    "source",
    [
        'def f(x):\n    """Too short."""\n    x += 1\n    return x\n',
        'def f(x):\n    """Long enough to be taken."""\n    return x\n',
        'def f(x):\n    """Long enough to be taken."""\n\n\n    return x\n',
        "def f(x):\n    # Long enough to be taken.\n    x += 1\n    return x\n",
        'def test_f(x):\n    """Long enough to be taken."""\n    x += 1\n    return x\n',
        'def run_tests(x):\n    """Long enough to be taken."""\n    x += 1\n    return x\n',
        'class A:\n    def __init__(self):\n        """Long enough to be taken."""\n        a = 1\n        self.b = a',
        'class A:\n    def __str__(self):\n        """Long enough to be taken."""\n        a = 1\n        return a\n',
        'def f(x):\n    """:param x: long enough to be taken."""\n    x += 1\n    return x\n',
        'def f(x):\n    f"""Long enough to be taken."""\n    x += 1\n    return x\n'.replace('f"""', 'x = """'),
    ],
)
def test_what_codesearchnet_leaves_out_is_left_out(source: str) -> None:
    assert names("python", source) == []


def test_a_name_that_only_contains_test_is_kept() -> None:
    source = 'def latest(x):\n    """Long enough to be taken."""\n    x += 1\n    return x\n'
    assert names("python", source) == ["latest"]


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("java", "class A {\n// Makes a new one.\nA() {\n  int x = 1;\n}\n}"),
        ("java", "class A {\n// Says what it is.\npublic String toString() {\n  return null;\n}\n}"),
        ("java", "interface A {\n// Does something good.\nint f(int x,\n  int y,\n  int z);\n}"),
        ("javascript", "class A {\n// Makes a new one.\nconstructor() {\n  this.x = 1;\n}\n}"),
        ("javascript", "// Does something good.\nmodule.exports = function () {\n  return 1;\n};"),
        ("typescript", "// Does something good.\nfunction f(x: number,\n  y: number,\n  z: number): void;"),
        ("cpp", "struct A {\n// Makes a new one.\nA() {\n  x = 1;\n}\n};"),
        ("cpp", "// Removes an old one.\nA::~A() {\n  x = 1;\n}"),
        ("php", "<?php class A {\n// Makes a new one.\nfunction __construct() {\n  $x = 1;\n}\n}"),
        ("ruby", "class A\n# Makes a new one.\ndef initialize\n  @x = 1\nend\nend"),
    ],
)
def test_constructors_standard_methods_and_declarations_are_left_out(language: str, source: str) -> None:
    assert names(language, source) == []


def test_a_comment_further_up_is_about_something_else() -> None:
    body = "func f() int {\n\tx := 1\n\treturn x\n}\n"
    assert names("go", f"package a\n\n// Licensed to you all.\n\n{body}") == []
    assert names("go", f"package a\n\nvar x int // It is a number.\n{body}") == []
    assert names("go", f"package a\n\n// It is a number.\n{body}") == ["f"]


def test_comments_that_follow_each_other_are_one() -> None:
    source = "// Licensed to you.\n\n// Adds all of\n// the numbers.\nint f() {\n  int x = 1;\n  return x;\n}\n"
    assert [function.text for function in found("c", source)] == ["Adds all of the numbers."]


def test_functions_within_functions_are_left_out_except_in_modules() -> None:
    inner = "  // Adds all the numbers.\n  function inner() {\n    let x = 1;\n    return x;\n  }\n"
    assert names("javascript", f"(function () {{\n{inner}}})();") == ["inner"]
    documented = f"// Adds all of them.\nfunction outer() {{\n{inner}}}\n"
    assert names("javascript", documented) == ["outer"]
    python = 'def outer():\n  def inner(x):\n    """Add all the numbers."""\n    x += 1\n    return x\n  return inner\n'
    assert names("python", python) == []


def test_functions_come_in_their_order() -> None:
    one = "// Adds all the numbers.\nint {} () {{\n  int x = 1;\n  return x;\n}}\n"
    assert names("c", one.format("b") + one.format("a") + one.format("c")) == ["b", "a", "c"]


def test_broken_files_give_what_is_whole() -> None:
    assert names("python", FILES["python"] + "\n\ndef broken(:\n") == ["total"]
    assert names("c", "}}} /* */ (((") == []
    assert names("java", "") == []
