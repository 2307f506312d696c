"""Rows become seeds, or are rejected with a reason."""

from __future__ import annotations

import pytest

from synthcode.identity import seed_id
from synthcode.schemas.records import Rejection, StageResult
from synthcode.schemas.tables import REJECTED_SEEDS, SEEDS
from synthcode.seeds.cleaning import clean, drop_duplicate_ids, reject
from synthcode.seeds.config import SeedsConfig
from synthcode.seeds.raw import RawSeed

CONFIG = SeedsConfig("table", "unused")
ADD = "def add(a, b):\n    return a + b"


def row(**cells: object) -> RawSeed:
    cells = {"language": "Python", "text": "Adds two numbers.", "code": ADD} | cells
    return RawSeed("here", "1", **cells)  # type: ignore[arg-type]


def one_seed(raw: RawSeed, config: SeedsConfig = CONFIG) -> dict[str, object]:
    split = clean([raw], config)
    assert split.rejected.to_pylist() == []
    return split.kept.to_pylist()[0]


def one_reason(raw: RawSeed, config: SeedsConfig = CONFIG) -> str:
    split = clean([raw], config)
    assert split.kept.num_rows == 0
    return split.rejected.to_pylist()[0]["reason"]


def test_a_row_becomes_a_seed_with_all_its_columns() -> None:
    raw = RawSeed(
        "here",
        "12",
        "py",
        "Adds two numbers.",
        'def add(a, b):\n    """Sum."""\n    return a + b\n',
        entry_point="add",
        tests={"js": "check()", "Python": "assert add(1, 2) == 3"},
        repository="me/mine",
        path="a.py",
        url="https://example.org",
        license="MIT",
        split="train",
    )
    split = clean([raw], CONFIG)
    assert split.kept.schema == SEEDS
    assert split.rejected.schema == REJECTED_SEEDS
    assert split.kept.to_pylist() == [
        {
            "seed_id": seed_id("here", "12", "python", "Adds two numbers.", ADD),
            "source": "here",
            "source_id": "12",
            "language": "python",
            "text": "Adds two numbers.",
            "code": ADD,
            "entry_point": "add",
            "tests": [("javascript", "check()"), ("python", "assert add(1, 2) == 3")],
            "repository": "me/mine",
            "path": "a.py",
            "url": "https://example.org",
            "license": "MIT",
            "split": "train",
            "extra": None,
        }
    ]


def test_what_a_row_does_not_have_is_null() -> None:
    seed = one_seed(row(entry_point=""))
    assert [seed[name] for name in ("entry_point", "repository", "path", "url", "license", "split")] == [None] * 6
    assert seed["tests"] == []


def test_without_a_text_the_first_paragraph_of_the_documentation_is_it() -> None:
    code = 'def add(a, b):\n    """Adds two\n    numbers.\n\n    In detail.\n    """\n    return a + b\n'
    for text in (None, "", "--", "@param a one"):
        seed = one_seed(row(text=text, code=code))
        assert (seed["text"], seed["code"]) == ("Adds two numbers.", ADD)


def test_a_given_text_is_taken_whole_unless_told_otherwise() -> None:
    raw = row(text="Adds.\n\nAlways two.\n\n>>> add(1, 2)\n3")
    assert one_seed(raw)["text"] == "Adds. Always two."
    assert one_seed(raw, SeedsConfig("table", "unused", text="first-paragraph"))["text"] == "Adds."


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_ends_of_lines_are_made_one(ends: str) -> None:
    assert one_seed(row(code=ADD.replace("\n", ends), text=f"Adds{ends}two.")) == one_seed(row(text="Adds two."))


@pytest.mark.parametrize("mark", ["\ufeff", "\ufeff\r\n"])
def test_a_byte_order_mark_is_of_the_file_and_not_of_the_program(mark: str) -> None:
    seed = one_seed(row(code=mark + ADD, text=f"{mark}Adds two numbers."))
    assert (seed["code"], seed["text"]) == (ADD, "Adds two numbers.")
    assert one_seed(row(code=(mark + ADD).encode()))["code"] == ADD
    assert one_reason(row(code=mark)) == "no_code"


def test_code_is_otherwise_left_as_it_is() -> None:
    code = 'def f():\n\tx = "e\u0301"  # why\n\n\n\treturn   x'
    assert one_seed(row(code=f"\n \n{code}\n\n"))["code"] == code


def test_code_as_bytes_is_decoded() -> None:
    assert one_seed(row(code=ADD.encode())) == one_seed(row())


def test_a_method_cut_from_its_class_is_brought_to_the_margin() -> None:
    assert one_seed(row(code="    def add(a, b):\n        return a + b\n"))["code"] == ADD


def test_a_comment_that_repeats_the_text_goes_with_all_comments() -> None:
    code = "function add(a, b) {\n  // adds two   numbers\n  return a + b; // why\n}"
    seed = one_seed(row(language="js", text="Adds two numbers.", code=code))
    assert seed["code"] == "function add(a, b) {\n  return a + b;\n}"
    assert "// why" in str(one_seed(row(language="js", text="Something else is said.", code=code))["code"])


def test_a_short_text_is_not_looked_for_in_the_code() -> None:
    code = "def f(x):\n    # say x\n    return x"
    assert one_seed(row(text="return x", code=code))["code"] == code


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"code": None}, "no_code"),
        ({"code": " \n\t"}, "no_code"),
        ({"code": "# adds\n"}, "no_code"),
        ({"code": '"""Adds two numbers."""\n'}, "no_code"),
        ({"code": "<?php // adds", "language": "php"}, "no_code"),
        ({"text": None}, "no_text"),
        ({"text": "..."}, "no_text"),
        ({"language": "cobol"}, "unknown_language"),
        ({"language": ""}, "unknown_language"),
        ({"code": b"def f():\n    return '\xff'"}, "invalid_utf8"),
        ({"code": "def f():\n    return '\0'"}, "nul_byte"),
        ({"text": "Adds\0two"}, "nul_byte"),
        ({"code": "def f():\n    return '\ud800'"}, "lone_surrogate"),
        ({"text": "Adds \udcff two"}, "lone_surrogate"),
        ({"code": f"x = '{'a' * 10_000_000}'"}, "too_long"),
        ({"code": f"x = '{'é' * 60_000}'"}, "too_long"),
        ({"code": "def f(:\n    return"}, "syntax_error"),
        ({"code": "class A { int f( { return 1; } }", "language": "java"}, "syntax_error"),
        ({"problem": Rejection("unreadable_row", "line 3")}, "unreadable_row"),
    ],
)
def test_a_bad_row_is_rejected_by_name(cells: dict[str, object], reason: str) -> None:
    assert one_reason(row(**cells)) == reason


def test_the_longest_code_can_be_set() -> None:
    assert one_reason(row(), SeedsConfig("table", "unused", max_code_chars=10)) == "too_long"


def test_a_rejected_row_can_be_looked_at() -> None:
    split = clean([row(code=b"\xff" + b"a" * 9_999, text="t" * 9_999)], CONFIG)
    assert split.rejected.to_pylist() == [
        {
            "source": "here",
            "source_id": "1",
            "reason": "invalid_utf8",
            "detail": "code: invalid start byte at byte 0",
            "language": "Python",
            "text": "t" * 2_000,
            "code": "\ufffd" + "a" * 1_999,
        }
    ]


def test_an_unknown_language_is_named_with_the_nearest() -> None:
    split = clean([row(language="pyton")], CONFIG)
    assert split.rejected["detail"].to_pylist() == ["'pyton' (did you mean 'python'?)"]


def test_rows_that_no_process_survives_are_rejected_as_told() -> None:
    split = reject([row(), row(code=None)], "parser_crash", "it died")
    assert split.kept.num_rows == 0
    assert split.rejected["reason"].to_pylist() == ["parser_crash"] * 2


def seeds(*names_and_numbers: tuple[str, int]) -> StageResult:
    raw = [row(code=f"x = {number}") for _, number in names_and_numbers]
    named = [
        RawSeed("here", name, one.language, one.text, one.code)
        for one, (name, _) in zip(raw, names_and_numbers, strict=True)
    ]
    split = clean(named, CONFIG)
    keys = [(key, "ascending") for key in ("seed_id", "source", "source_id")]
    return StageResult(split.kept.sort_by(keys), split.rejected)


def test_the_same_content_under_two_names_is_two_seeds() -> None:
    split = drop_duplicate_ids(seeds(("b", 1), ("a", 1), ("c", 2)).kept, set())
    assert sorted(split.kept["source_id"].to_pylist()) == ["a", "b", "c"]


def test_the_same_row_is_kept_once() -> None:
    split = drop_duplicate_ids(seeds(("a", 1), ("a", 1)).kept, set())
    assert split.kept["source_id"].to_pylist() == ["a"]
    assert split.rejected.select(["source_id", "reason", "detail"]).to_pylist() == [
        {"source_id": "a", "reason": "duplicate_id", "detail": "the same row again"}
    ]
    assert split.rejected.schema == REJECTED_SEEDS


def test_a_name_is_kept_once_for_the_first_content() -> None:
    table = seeds(("a", 1), ("a", 2), ("b", 3)).kept
    split = drop_duplicate_ids(table, set())
    smallest = min(row["seed_id"] for row in table.to_pylist() if row["source_id"] == "a")
    assert {row["source_id"]: row["seed_id"] for row in split.kept.to_pylist()}["a"] == smallest
    assert split.rejected["reason"].to_pylist() == ["duplicate_id"]


def test_names_of_earlier_tables_count() -> None:
    seen: set[str] = set()
    assert drop_duplicate_ids(seeds(("a", 1)).kept, seen).kept.num_rows == 1
    assert drop_duplicate_ids(seeds(("a", 2)).kept, seen).rejected["reason"].to_pylist() == ["duplicate_id"]


def test_content_whose_first_name_is_taken_is_kept_under_its_second() -> None:
    seen = {"here\0a"}
    split = drop_duplicate_ids(seeds(("a", 1), ("b", 1)).kept, seen)
    assert split.kept["source_id"].to_pylist() == ["b"]
