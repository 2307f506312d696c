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


def test_comments_that_never_end_take_no_time() -> None:
    code = "int f(int a) { return a; }" + "/*" * 40_000
    assert not unchanged(code, "/*" * 40_000 + "int g(int b) { return -b; }", "c cpp")
