from __future__ import annotations

import pytest

from synthcode.gate.identity_check import is_unchanged
from synthcode.languages import get_language

SOURCE = "def f(xs):\n    total = 0\n    for x in xs:\n        total += x\n    return total\n"


def unchanged(code: str, source_code: str = SOURCE, languages: str = "python java", similarity: float = 0.95) -> bool:
    source, target = map(get_language, languages.split())
    return is_unchanged(code, target, source_code, source, similarity)


def test_layout_and_comments_do_not_count() -> None:
    assert unchanged(SOURCE)
    assert unchanged(SOURCE.replace("    ", "\t").replace("= 0", "=0"))
    assert unchanged(SOURCE.replace("\n", "  # so the next is added to the total\n"))
    assert unchanged(SOURCE.replace(":\n", ':\n    """Add them all up, one after the other."""\n', 1))


def test_the_share_of_common_tokens_decides() -> None:
    # 22 tokens; renaming ``f`` leaves 21 of them: 2 * 21 / 44 = 0.954...
    assert unchanged(SOURCE.replace("f(", "g("), similarity=0.95)
    assert not unchanged(SOURCE.replace("f(", "g("), similarity=0.96)
    assert not unchanged("", similarity=0.95)


@pytest.mark.parametrize("languages", ["javascript typescript", "c cpp"])
def test_where_one_language_includes_the_other_every_token_counts(languages: str) -> None:
    source = "int f(int a) { return a + 'x'; } // add"
    assert unchanged(source, source, languages)
    assert unchanged('int f(int a) {\n  /* add */ return a + "x"\n}', source, languages)
    assert not unchanged(source.replace("f(", "g("), source, languages, similarity=0.1)
    assert not unchanged(source.replace("a + 'x'", "'x' + a"), source, languages, similarity=0.1)
    assert unchanged(source.replace("f(", "g("), source, " ".join(languages.split()[::-1]), similarity=0.9)


GCD = """class Numbers {
    static int gcd(int a, int b) {
        while (b != 0) {
            int t = a % b;
            a = b;
            b = t;
        }
        return a;
    }

    static boolean isPrime(int n) {
        if (n < 2) return false;
        for (int i = 2; i * i <= n; i++) {
            if (n % i == 0) return false;
        }
        return true;
    }
}
"""
FREE = GCD.split("{", 1)[1].rsplit("}", 1)[0].replace("static ", "").replace("boolean", "int").replace("false", "0")
C = "#include <stdio.h>\n\n" + FREE.replace("true", "1")
TYPED = """export function groupBy(items: Item[], key: string): Groups {
  const groups: Groups = {};
  for (const item of items) {
    const name = item[key];
    if (!(name in groups)) {
      groups[name] = [];
    }
    groups[name].push(item);
  }
  return groups;
}
"""
PLAIN = TYPED.replace(": Item[]", "").replace(": string", "").replace(": Groups", "")


@pytest.mark.parametrize(
    ("languages", "code", "source"),
    [
        ("java csharp", GCD.replace("boolean", "bool"), GCD),
        ("java csharp", GCD.replace("gcd", "Gcd").replace("isPrime", "IsPrime"), GCD),
        ("csharp java", GCD, GCD.replace("boolean", "bool")),
        ("cpp c", C, C.replace("stdio.h", "cstdio")),
        ("cpp c", C, C.replace("int isPrime", "bool isPrime")),
        ("cpp c", C + "int one(void) { return 1; }", C + "int one() { return 1; }"),
        ("c java", f"class Main {{ {FREE} }}", FREE),
        ("c csharp", f"class Main {{ {FREE} }}", FREE),
        ("java cpp", GCD.split("{", 1)[1].rsplit("}", 1)[0].replace("boolean", "bool"), GCD),
        ("typescript javascript", PLAIN, TYPED),
    ],
)
def test_near_languages_need_few_changes(languages: str, code: str, source: str) -> None:
    assert not unchanged(code, source, languages, similarity=0.8)


@pytest.mark.parametrize("languages", ["java csharp", "csharp java", "cpp c", "c java", "typescript javascript"])
def test_near_languages_need_a_change_that_a_translation_makes(languages: str) -> None:
    assert unchanged(GCD, GCD, languages)
    assert unchanged(GCD.replace("Numbers", "Program"), GCD, languages)
    assert unchanged("// Translated.\n" + GCD.replace("    ", "\t"), GCD, languages)
    assert unchanged(PLAIN, PLAIN, languages)


def test_distant_languages_need_more() -> None:
    assert unchanged(GCD.replace("boolean", "bool"), GCD, "java kotlin")


def test_comments_that_never_end_take_no_time() -> None:
    code = "int f(int a) { return a; }" + "/*" * 40_000
    assert not unchanged(code, "/*" * 40_000 + "int g(int b) { return -b; }", "c cpp")
