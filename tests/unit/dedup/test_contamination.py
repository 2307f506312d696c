from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest

from synthcode.dedup.clustering.similarity import Similarity
from synthcode.dedup.config import DedupConfig
from synthcode.dedup.contamination import find_hits
from synthcode.dedup.documents import Documents
from synthcode.schemas.tables import BENCHMARK_ROWS, HITS, PROGRAMS

BODY = (
    "def area(width, height):\n    if width < 0 or height < 0:\n        raise ValueError\n    return width * height\n"
)
NEAR = BODY.replace("raise ValueError", "raise TypeError")
OTHER = "for (int i = 0; i < names.length; i++) {\n    System.out.println(names[i].trim());\n}\n"

Published = tuple[str, str, str, str]


def jaccard(one: str, other: str, ngram: int = 5) -> float:
    left, right = ({text[i : i + ngram] for i in range(len(text) - ngram + 1)} for text in (one, other))
    return len(left & right) / len(left | right)


def hits(programs: list[tuple[str, str, str]], benchmark: list[Published]) -> list[dict[str, object]]:
    """Programs are id, language, code; a benchmark's rows are benchmark, id, language, code."""
    ours = [(name, f"seed of {name}", language, "seed", code) for name, language, code in programs]
    found = find_hits([table(ours, PROGRAMS)], [table(benchmark, BENCHMARK_ROWS)], DedupConfig())
    assert found.schema == HITS
    return found.to_pylist()  # type: ignore[no-any-return]


def table(rows: list[tuple[str, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pa.table([pa.array(column, pa.string()) for column in columns], schema=schema)


def test_a_near_copy_of_a_published_row_is_told_with_it() -> None:
    (hit,) = hits([("a", "python", NEAR), ("b", "python", OTHER)], [("humaneval", "HumanEval/3", "python", BODY)])
    assert hit == {
        "program_id": "a",
        "seed_id": "seed of a",
        "language": "python",
        "origin": "seed",
        "benchmark": "humaneval",
        "row_id": "HumanEval/3",
        "jaccard": jaccard(BODY, NEAR),
    }


def test_another_language_is_not_hit() -> None:
    assert hits([("a", "ruby", BODY)], [("mbpp", "1", "python", BODY)]) == []


@pytest.mark.parametrize("code", ["x=1", "", "x=1\r\n", "\n  x=1"])
def test_equal_programs_too_short_for_a_shingle_are_hits(code: str) -> None:
    found = hits([("a", "python", code), ("b", "python", "y=2")], [("mbpp", "1", "python", code.strip())])
    assert [(hit["program_id"], hit["jaccard"]) for hit in found] == [("a", 1.0)]


def test_an_equal_row_goes_before_a_near_one_and_a_smaller_name_before_a_larger() -> None:
    published = [
        ("mbpp", "2", "python", BODY),
        ("mbpp", "10", "python", BODY),
        ("apps", "7", "python", NEAR),
        ("apps", "8", "python", NEAR),
    ]
    found = hits([("a", "python", BODY), ("b", "python", NEAR)], published)
    assert [(hit["benchmark"], hit["row_id"]) for hit in found] == [("mbpp", "10"), ("apps", "7")]


def test_nothing_and_no_benchmark_make_no_hits() -> None:
    assert hits([], []) == hits([("a", "python", BODY)], []) == hits([], [("mbpp", "1", "python", BODY)]) == []


def variations(draw: random.Random, size: int) -> list[str]:
    lines = ["".join(draw.choices("abcdefghij (),=", k=draw.randint(5, 30))) for _ in range(30)]
    texts = []
    for _ in range(size):
        texts.append("\n".join(lines))
        for _ in range(draw.randint(0, 4)):
            lines[draw.randrange(30)] = "".join(draw.choices("abcdefghij (),=", k=15))
    return texts


@pytest.mark.slow
def test_almost_all_that_brute_force_finds_is_found_whatever_the_order() -> None:
    draw = random.Random(1)
    families = [variations(draw, draw.randint(2, 12)) for _ in range(40)]
    texts = [text for family in families for text in family]
    programs = [(f"{place:03}", "c", text) for place, text in enumerate(texts[::2])]
    published = [("b", f"{place:03}", "c", text) for place, text in enumerate(texts[1::2])]
    truth = {name for name, _, text in programs if any(jaccard(text, row[3]) >= 0.7 for row in published)}
    found = hits(programs, published)
    names = {str(hit["program_id"]) for hit in found}
    assert names <= truth
    assert len(names) >= 0.99 * len(truth) > 50
    codes = {name: text for name, _, text in programs} | {f"b{row[1]}": row[3] for row in published}
    for hit in found:
        assert hit["jaccard"] == jaccard(codes[str(hit["program_id"])], codes[f"b{hit['row_id']}"])
    draw.shuffle(programs)
    draw.shuffle(published)
    assert hits(programs, published) == found


def test_two_families_of_near_copies_are_compared_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0
    alike = Similarity.alike

    def counting(self: Similarity, left: object, right: object) -> object:
        nonlocal compared
        compared += len(left)  # type: ignore[arg-type]
        return alike(self, left, right)  # type: ignore[arg-type]

    monkeypatch.setattr(Similarity, "alike", counting)
    programs = [(f"{place}", "python", f"{BODY}# {place}") for place in range(200)]
    published = [("b", f"{place}", "python", f"{BODY}# {1000 + place}") for place in range(200)]
    assert len(hits(programs, published)) == 200
    assert compared < 1000


def test_all_rows_of_a_bucket_are_compared_until_one_is_hit(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_bucket(self: Documents) -> Iterator[np.ndarray]:
        yield np.zeros(self.contents.size, dtype=np.uint32)

    monkeypatch.setattr(Documents, "band_keys", one_bucket)
    published = [("b", str(place), "python", OTHER.replace("names", f"names{place}")) for place in range(5)]
    published.append(("b", "9", "python", BODY))
    found = hits([("a", "python", NEAR), ("b", "python", "nothing like any of these")], published)
    assert [(hit["program_id"], hit["row_id"]) for hit in found] == [("a", "9")]
