from __future__ import annotations

import hashlib

import pyarrow as pa
import pytest

from synthcode.dedup.config import DedupConfig
from synthcode.dedup.duplicates import Clustering, cluster_programs
from synthcode.errors import InputError
from tests.support.programs.duplicate_programs import BODY, NEAR, OTHER, cluster, jaccard, programs

WORDS = [hashlib.md5(bytes([place])).hexdigest() for place in range(40)]
CHAIN = [" ".join(WORDS[start : start + 34]) for start in (0, 3, 6)]


def ties(found: Clustering) -> list[set[str]]:
    """Return the groups of seeds, leaving out those of one."""
    groups: dict[str, set[str]] = {}
    for row in found.ties.to_pylist():
        groups.setdefault(row["cluster_id"], set()).add(row["seed_id"])
    return sorted((group for group in groups.values() if len(group) > 1), key=min)


def member(found: Clustering, program: str) -> dict[str, object]:
    (row,) = [row for row in found.clusters.to_pylist() if row["program_id"] == program]
    return row


def test_the_texts_of_these_tests_are_as_alike_as_they_say() -> None:
    assert jaccard(BODY, NEAR) == pytest.approx(0.84, abs=0.01)
    assert [jaccard(one, other) > 0.7 for one, other in ((CHAIN[0], CHAIN[1]), (CHAIN[1], CHAIN[2]))] == [True, True]
    assert jaccard(CHAIN[0], CHAIN[2]) < 0.7
    assert jaccard(BODY, OTHER) < 0.01


def test_nothing_alike_makes_no_cluster_and_a_group_a_seed() -> None:
    found = cluster(("a", "a", "python", BODY), ("b", "b", "python", OTHER), ("b-1", "b", "java", "class B {}"))
    assert found.clusters.num_rows == 0
    assert found.dropped == {}
    assert found.ties["seed_id"].to_pylist() == ["a", "b"]
    assert len(set(found.ties["cluster_id"].to_pylist())) == 2


def test_no_programs_make_empty_tables() -> None:
    found = cluster()
    assert found.clusters.num_rows == found.ties.num_rows == 0
    assert cluster_programs([], DedupConfig()).ties.num_rows == 0


def test_a_near_duplicate_seed_goes_with_its_translations() -> None:
    found = cluster(
        ("b", "b", "python", NEAR),
        ("b-1", "b", "java", OTHER),
        ("a", "a", "python", BODY),
        ("a-1", "a", "java", "class Area { int of(int w, int h) { return w * h; } }"),
    )
    assert found.dropped == {"b": "near_duplicate", "b-1": "seed_duplicate"}
    rows = found.clusters.to_pylist()
    assert [row["program_id"] for row in rows] == ["a", "b", "b-1"]
    assert {row["cluster_id"] for row in rows} == {rows[0]["cluster_id"]}
    assert [row["representative_id"] for row in rows] == ["a", "a", "a"]
    assert [row["status"] for row in rows] == ["kept", "near_duplicate", "seed_duplicate"]
    assert [row["jaccard"] for row in rows] == [1.0, jaccard(BODY, NEAR), jaccard(BODY, OTHER)]
    assert ties(found) == [{"a", "b"}]


@pytest.mark.parametrize("copied", ["", "// and more\n"])
def test_a_translation_of_a_seed_that_goes_stands_for_nothing_but_ties(copied: str) -> None:
    found = cluster(
        ("a", "a", "python", BODY),
        ("b", "b", "python", NEAR),
        ("b-1", "b", "java", OTHER),
        ("c", "c", "python", "import sys\nsys.exit(0)\n"),
        ("c-1", "c", "java", OTHER + copied),
    )
    assert found.dropped == {"b": "near_duplicate", "b-1": "seed_duplicate"}
    assert ties(found) == [{"a", "b", "c"}]


def test_samples_of_one_seed_that_are_alike_are_duplicates() -> None:
    found = cluster(
        ("a", "a", "java", OTHER),
        ("t3", "a", "python", BODY),
        ("t1", "a", "python", NEAR),
        ("t2", "a", "python", BODY),
    )
    assert found.dropped == {"t2": "near_duplicate", "t3": "exact_duplicate"}
    assert member(found, "t2")["representative_id"] == "t1"
    assert member(found, "t3")["jaccard"] == jaccard(BODY, NEAR)


def test_a_seed_stands_before_a_translation_with_a_smaller_id() -> None:
    found = cluster(("z", "z", "python", BODY), ("b", "b", "java", OTHER), ("a", "b", "python", BODY))
    assert found.dropped == {"a": "exact_duplicate"}
    assert member(found, "a")["representative_id"] == "z"
    assert ties(found) == [{"b", "z"}]


def test_seeds_that_only_a_translation_chains_both_stay() -> None:
    first, chain, second = CHAIN
    found = cluster(
        ("s1", "s1", "python", first),
        ("s2", "s2", "python", second),
        ("s3", "s3", "java", OTHER),
        ("t", "s3", "python", chain),
    )
    assert found.dropped == {"t": "near_duplicate"}
    assert [row["status"] for row in found.clusters.to_pylist()] == ["kept", "kept", "near_duplicate"]
    assert member(found, "s2")["representative_id"] == "s2"
    assert ties(found) == [{"s1", "s2", "s3"}]


def test_a_chain_of_translations_is_one_cluster_and_loses_only_what_is_similar_to_one_that_stays() -> None:
    rows = [("s", "s", "java", OTHER), *((f"t{place}", "s", "python", text) for place, text in enumerate(CHAIN))]
    found = cluster(*rows)
    assert found.dropped == {"t1": "near_duplicate"}
    assert member(found, "t1")["representative_id"] == "t0"
    assert member(found, "t2")["representative_id"] == "t2"
    assert len(set(found.clusters["cluster_id"].to_pylist())) == 1
    dropping = cluster(*rows, config=DedupConfig(transitive="drop"))
    assert dropping.dropped == {"t1": "near_duplicate", "t2": "near_duplicate"}
    assert member(dropping, "t2")["jaccard"] == jaccard(CHAIN[0], CHAIN[2])


def test_a_seed_at_the_end_of_a_chain_stays_with_its_translations_and_in_the_same_split() -> None:
    rows = [(f"s{place}", f"s{place}", "python", text) for place, text in enumerate(CHAIN)]
    rows += [(f"t{place}", f"s{place}", "java", f"{OTHER} // {WORDS[place] * 9}") for place in range(3)]
    found = cluster(*rows)
    assert found.dropped == {"s1": "near_duplicate", "t1": "seed_duplicate"}
    assert ties(found) == [{"s0", "s1", "s2"}]
    dropping = cluster(*rows, config=DedupConfig(transitive="drop"))
    assert {name for name, status in dropping.dropped.items() if status == "near_duplicate"} == {"s1", "s2"}
    assert ties(dropping) == [{"s0", "s1", "s2"}]


def test_a_copy_of_a_removed_program_is_removed_with_it() -> None:
    first, second, third = CHAIN
    rows = [
        (name, name, "python", text) for name, text in (("a", first), ("b", second), ("c", second + "\n"), ("d", third))
    ]
    found = cluster(*rows)
    assert found.dropped == {"b": "near_duplicate", "c": "exact_duplicate"}
    assert member(found, "c")["representative_id"] == "a"
    assert member(found, "c")["jaccard"] >= 0.7


@pytest.mark.parametrize("padded", ["\r\n  " + BODY.replace("\n", "\r\n"), BODY + "\n\n\t", BODY.replace("\n", "\r")])
def test_line_ends_and_outer_blank_space_make_no_difference(padded: str) -> None:
    found = cluster(("a", "a", "python", BODY), ("b", "b", "python", padded))
    assert found.dropped == {"b": "exact_duplicate"}
    assert member(found, "b")["jaccard"] == 1.0


@pytest.mark.parametrize(
    "padded", [BODY.replace("    ", "  "), BODY.replace("area", "Area"), BODY.replace("\n", " \n")]
)
def test_inner_blank_space_and_case_do(padded: str) -> None:
    found = cluster(("a", "a", "python", BODY), ("b", "b", "python", padded))
    assert "exact_duplicate" not in found.dropped.values()


def test_short_programs_are_duplicates_only_of_their_like() -> None:
    texts = {"a": "", "b": "\n \n", "c": "x", "d": "y", "e": "x", "f": "abcd", "g": "abce", "h": "x\r\n"}
    found = cluster(*((name, name, "python", text) for name, text in texts.items()))
    assert found.dropped == {"b": "exact_duplicate", "e": "exact_duplicate", "h": "exact_duplicate"}
    assert found.compared == 0


def test_characters_are_counted_not_bytes() -> None:
    # 40 characters of three bytes each, three of them changed: by bytes they would be more alike.
    base = "".join(chr(0x4E00 + place) for place in range(40))
    changed = base[:10] + "ab" + base[12:30] + "c" + base[31:]
    found = cluster(("a", "a", "python", base), ("b", "b", "python", changed))
    assert jaccard(base, changed) < 0.7 < jaccard(*(text.encode().decode("latin-1") for text in (base, changed)))
    assert found.dropped == {}
    assert cluster(
        ("a", "a", "python", base), ("b", "b", "python", changed), config=DedupConfig(threshold=jaccard(base, changed))
    ).dropped == {"b": "near_duplicate"}


def test_across_languages_nothing_goes_but_seeds_are_tied() -> None:
    script = "function add(first, second) {\n    return first + second;\n}\n"
    found = cluster(
        ("a", "a", "javascript", script),
        ("a-1", "a", "typescript", script),
        ("b", "b", "python", BODY),
        ("b-1", "b", "typescript", script.replace("second", "other")),
        ("c", "c", "python", OTHER),
        ("d", "d", "cpp", "int twice(int value) { return 2 * value; }"),
        ("d-1", "d", "c", "int twice(int value) { return 2 * value; }\n"),
        ("e", "e", "java", "ab"),
        ("f", "f", "kotlin", "ab"),
    )
    assert jaccard(script, script.replace("second", "other")) < 0.7
    assert found.dropped == {}
    assert found.clusters.num_rows == 0
    assert ties(found) == [{"e", "f"}]


def test_near_duplicates_across_languages_tie_seeds() -> None:
    found = cluster(("a", "a", "c", BODY), ("b", "b", "cpp", NEAR), ("c", "c", "c", OTHER), ("c-1", "c", "cpp", BODY))
    assert found.dropped == {"c-1": "near_duplicate"}
    assert ties(found) == [{"a", "b", "c"}]


def test_what_a_dropped_program_resembles_ties_its_seed() -> None:
    first, second, third = CHAIN
    found = cluster(("a", "a", "python", first), ("b", "b", "python", second), ("c", "c", "ruby", third))
    assert found.dropped == {"b": "near_duplicate"}
    assert ties(found) == [{"a", "b", "c"}]


def test_a_threshold_of_one_leaves_equal_sets_alone() -> None:
    found = cluster(
        ("a", "a", "c", "abcabcabc"),
        ("b", "b", "c", "bcabcabca"),
        ("c", "c", "c", "abcabcabd"),
        config=DedupConfig(threshold=1.0),
    )
    assert found.dropped == {"b": "near_duplicate"}


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (pa.table({"program_id": ["a"]}), "a table of programs cannot be used"),
        (programs(("a", "a", "c", BODY)).set_column(4, "code", pa.array([None], pa.string())), "there are nulls"),
        (
            programs(("a", "a", "c", BODY)).set_column(4, "code", pa.array([b"\xff\xfe"]).view(pa.string())),
            "Invalid UTF8",
        ),
        (programs(("a", "a", "c", BODY), ("a", "a", "c", NEAR)), "1 rows of the programs repeat a program_id"),
    ],
)
def test_a_bad_table_is_refused(table: pa.Table, problem: str) -> None:
    with pytest.raises(InputError) as refusal:
        cluster_programs([table], DedupConfig())
    assert problem in refusal.value.problem
    assert "\n" not in refusal.value.problem
    assert refusal.value.fix
