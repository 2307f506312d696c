from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from synthcode.dataset.clones.pairs import make_pairs
from synthcode.identity import digest

LANGUAGES = ("python", "java", "go")


def seeds(count: int, problems: list[int] | None = None) -> pa.Table:
    return pa.table(
        {
            "seed_id": [f"s{number:03}" for number in range(count)],
            "cluster_id": [f"c{number:03}" for number in range(count)],
            "source_id": [f"MBPP/{number}" for number in range(count)],
            "problem": pa.array(problems or range(count), pa.int64()),
            "parameters": pa.array([number % 2 for number in range(count)], pa.int64()),
        }
    )


def program(seed: int, language: str, *, failing: bool = False, level: str = "syntax") -> dict[str, object]:
    name = digest(seed, language, failing)
    origin = "seed" if language == "python" else "translation"
    return {
        "program_id": name,
        "seed_id": f"s{seed:03}",
        "language": language,
        "document_id": name,
        "origin": origin,
        "verification": None if origin == "seed" else level,
        "failing": failing,
    }


TYPES = pa.schema(
    [
        *(pa.field(name, pa.string()) for name in ("program_id", "seed_id", "language", "document_id", "origin")),
        pa.field("verification", pa.string()),
        pa.field("failing", pa.bool_()),
    ]
)


def table(rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=TYPES)


def everything(count: int) -> list[dict[str, object]]:
    return [program(seed, language) for seed in range(count) for language in LANGUAGES]


def no_nearest(count: int) -> np.ndarray:
    return np.full((count, 2), -1)


def test_two_problems_in_two_languages() -> None:
    rows = [program(seed, language) for seed in (0, 1) for language in ("python", "java")]
    pairs = make_pairs(table(rows), seeds(2), no_nearest(2), 0).to_pylist()
    names = {row["program_id"]: row["seed_id"] for row in rows}
    positives = [pair for pair in pairs if pair["label"] == 1]
    negatives = [pair for pair in pairs if pair["label"] == 0]
    assert sorted(names[pair["program_a"]] for pair in positives) == ["s000", "s001"]
    assert all(names[pair["program_a"]] == names[pair["program_b"]] for pair in positives)
    assert len(negatives) == 2
    assert all({pair["language_a"], pair["language_b"]} == {"python", "java"} for pair in pairs)
    assert all(pair["cluster_id_a"] != pair["cluster_id_b"] for pair in negatives)


@pytest.mark.parametrize("random_seed", range(3))
def test_balanced_unique_and_never_of_one_problem(random_seed: int) -> None:
    problems = [number // 2 for number in range(30)]
    programs = table(everything(30))
    nearest = (np.arange(30)[:, None] + np.array([2, 5])) % 30
    pairs = make_pairs(programs, seeds(30, problems), nearest, random_seed).to_pylist()
    seed_of = {row["program_id"]: int(row["seed_id"][1:]) for row in programs.to_pylist()}
    counts = Counter((*sorted((pair["language_a"], pair["language_b"])), pair["label"]) for pair in pairs)
    assert set(counts.values()) == {30}
    assert len({(pair["program_a"], pair["program_b"]) for pair in pairs}) == len(pairs)
    assert all(pair["program_a"] < pair["program_b"] for pair in pairs)
    kinds = Counter(pair["difficulty"] for pair in pairs)
    assert kinds["random"] >= 30
    assert min(kinds["same_signature"], kinds["lexical"]) >= 20
    for pair in pairs:
        one, other = seed_of[pair["program_a"]], seed_of[pair["program_b"]]
        assert (one == other) if pair["label"] else (problems[one] != problems[other])
        if pair["difficulty"] == "same_signature":
            assert one % 2 == other % 2
        assert (pair["source_id"], pair["source_id_b"]) == (f"MBPP/{one}", f"MBPP/{other}")


def test_the_order_of_rows_changes_nothing() -> None:
    rows = everything(12) + [program(seed, "java", failing=True) for seed in range(12)]
    expected = make_pairs(table(rows), seeds(12), no_nearest(12), 0)
    assert make_pairs(table(rows[::-1]), seeds(12), no_nearest(12), 0).equals(expected)
    assert not make_pairs(table(rows), seeds(12), no_nearest(12), 1).equals(expected)


def test_failing_translations_are_negatives_of_their_seed() -> None:
    rows = everything(9) + [program(seed, "java", failing=True) for seed in range(9)]
    pairs = make_pairs(table(rows), seeds(9), no_nearest(9), 0).to_pylist()
    failing = {row["program_id"] for row in rows if row["failing"]}
    hard = [pair for pair in pairs if failing & {pair["program_a"], pair["program_b"]}]
    assert hard
    assert all(pair["label"] == 0 and pair["difficulty"] == "failed_translation" for pair in hard)
    assert all(pair["cluster_id_a"] == pair["cluster_id_b"] for pair in hard)


def test_a_seed_with_a_failing_translation_only_has_a_negative() -> None:
    # Python and Java: 8 seeds that pass, and so 8 positives, 2 of whose 8 places are for what fails.
    rows = [program(seed, "python") for seed in range(13)]
    rows += [program(seed, "java", failing=seed >= 8) for seed in range(13)]
    pairs = make_pairs(table(rows), seeds(13), no_nearest(13), 0).to_pylist()
    assert Counter(pair["label"] for pair in pairs) == {0: 8, 1: 8}
    hard = [pair for pair in pairs if pair["difficulty"] == "failed_translation"]
    assert len(hard) == 2
    assert all(pair["source_id"] == pair["source_id_b"] for pair in hard)
    # The other kinds take turns in the 6 places that are left. Nothing is nearest here, so random ones stand in.
    drawn = Counter(pair["difficulty"] for pair in pairs if not pair["label"])
    assert drawn == {"failed_translation": 2, "random": 4, "same_signature": 2}


def test_failing_translations_run_out() -> None:
    # 12 positives have 3 places for what fails, and one translation fails: 4 places for each other kind but one.
    rows = [program(seed, "python") for seed in range(13)]
    rows += [program(seed, "java", failing=seed == 12) for seed in range(13)]
    nearest = (np.arange(13)[:, None] + np.array([1, 2])) % 12
    kinds = Counter(pair["difficulty"] for pair in make_pairs(table(rows), seeds(13), nearest, 0).to_pylist())
    assert kinds["failed_translation"] == 1
    assert kinds["unverified"] == 12
    assert sorted(kinds[kind] for kind in ("random", "same_signature", "lexical")) == [3, 4, 4]


def test_pairs_that_were_tested_are_verified_and_stay_first() -> None:
    levels = ["tested"] * 3 + ["compiled"] * 3
    rows = [program(seed, language, level=level) for seed, level in enumerate(levels) for language in ("python", "go")]
    pairs = make_pairs(table(rows), seeds(6), no_nearest(6), 0).to_pylist()
    kinds = Counter(pair["difficulty"] for pair in pairs if pair["label"])
    assert kinds["verified"] == 3
    # One problem only: no negative, and no positive without one.
    assert make_pairs(table(rows), seeds(6, [0] * 6), no_nearest(6), 0).num_rows == 0


def test_equal_programs_and_lonely_ones_make_no_pair() -> None:
    rows = [program(0, "python"), program(1, "python"), program(2, "java")]
    assert make_pairs(table(rows), seeds(3), no_nearest(3), 0).num_rows == 0
    twin = {**program(0, "java"), "document_id": rows[0]["document_id"]}
    assert make_pairs(table([rows[0], twin, rows[1]]), seeds(3), no_nearest(3), 0).num_rows == 0
    assert make_pairs(table([]), seeds(3), no_nearest(3), 0).num_rows == 0
