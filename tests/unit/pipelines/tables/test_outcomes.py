from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from synthcode.identity import program_id
from synthcode.pipelines.tables.outcomes import judged
from synthcode.schemas.tables import CLUSTERS, COMPLETIONS, DATASET_PROGRAMS, HITS, REJECTED, SEEDS, TEXTS, TRANSLATIONS
from synthcode.storage.layout import RunFolder
from synthcode.storage.shards import ShardWriter, write_table


def write(folder: Path, schema: pa.Schema, rows: list[dict[str, Any]]) -> None:
    """Write rows; required columns that a row does not name are empty."""
    zeros = {field.name: "" if pa.types.is_string(field.type) else 0 for field in schema if not field.nullable}
    with ShardWriter(folder, schema) as shards:
        shards.write(pa.Table.from_pylist([{**zeros, **row} for row in rows], schema))
        shards.commit()


def request(seed: str, language: str, **more: Any) -> dict[str, Any]:
    return {"seed_id": seed, "request_id": f"{seed}-{language}", "target_language": language, **more}


def a_run(path: Path) -> RunFolder:
    folder = RunFolder(path)
    write(folder.seeds, SEEDS, [{"seed_id": seed, "language": "python", "code": seed} for seed in ("s1", "s2")])
    write(
        folder.completions,
        COMPLETIONS,
        [
            request("s1", "go", text="```go\nkept\n```"),
            request("s1", "java", text="Sorry."),
            request("s2", "go", error="timeout: 60 s"),
            request("s2", "java", text="twice"),
            request("s2", "rust", text="known"),
        ],
    )
    write(
        folder.translations,
        TRANSLATIONS,
        [request("s1", "go", code="kept"), request("s2", "java", code="twice"), request("s2", "rust", code="known")],
    )
    write(folder.rejected, REJECTED, [request("s1", "java", reason="refusal", detail="Sorry.")])
    twice, known = program_id("s2", "s2-java"), program_id("s2", "s2-rust")
    cluster = dict.fromkeys(CLUSTERS.names, "") | {"jaccard": 0.8}
    rows = [cluster | {"program_id": twice, "cluster_id": "c1", "status": "near_duplicate"}]
    write_table(folder.clusters, pa.Table.from_pylist(rows, CLUSTERS))
    hit = dict.fromkeys(HITS.names, "") | {"program_id": known, "benchmark": "b", "row_id": "7", "jaccard": 0.9}
    write_table(folder.contamination, pa.Table.from_pylist([hit], HITS))
    return folder


def test_every_completion_has_one_verdict(tmp_path: Path) -> None:
    (piece,) = judged(a_run(tmp_path))
    columns = ("seed_id", "target_language", "verdict", "detail", "code", "is_answer")
    assert [tuple(row[name] for name in columns) for row in piece.rows.to_pylist()] == [
        ("s1", "go", "kept", "", "kept", False),
        ("s1", "java", "refusal", "Sorry.", "Sorry.", True),
        ("s2", "go", "failed", "timeout: 60 s", None, False),
        ("s2", "java", "near_duplicate", "cluster c1", "twice", False),
        ("s2", "rust", "contaminated", "b: 7 (0.900)", "known", False),
    ]
    assert piece.seeds["seed_id"].to_pylist() == ["s1", "s2"]


def test_verdicts_are_the_same_without_the_code(tmp_path: Path) -> None:
    folder = a_run(tmp_path)
    names = ["program_id", "verdict", "detail"]
    (whole,), (light,) = judged(folder), judged(folder, with_code=False)
    assert light.rows.select(names) == whole.rows.select(names)
    assert light.rows["code"].null_count == 5


def test_a_run_with_seeds_alone_has_no_rows(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    write(folder.seeds, SEEDS, [{"seed_id": "s1"}])
    (piece,) = judged(folder)
    assert piece.rows.num_rows == 0


def test_what_a_built_dataset_only_marks_is_kept(tmp_path: Path) -> None:
    folder = a_run(tmp_path)
    known = program_id("s2", "s2-rust")
    marked = dict.fromkeys(DATASET_PROGRAMS.names, "") | {"program_id": known, "contaminated_by": "b: 7"}
    table = pa.Table.from_pylist([marked], DATASET_PROGRAMS)
    write_table(folder.dataset / "data" / "programs" / "test-00000-of-00001.parquet", table)
    (piece,) = judged(folder)
    assert piece.rows.to_pylist()[4]["verdict"] == "kept"
    assert piece.rows.to_pylist()[4]["detail"] == "marked: like b: 7 (0.900)"


def test_translations_go_with_a_contaminated_seed(tmp_path: Path) -> None:
    folder = a_run(tmp_path)
    hit = dict.fromkeys(HITS.names, "") | {"origin": "seed", "seed_id": "s1", "benchmark": "b", "row_id": "7"}
    write_table(folder.contamination, pa.Table.from_pylist([hit | {"jaccard": 0.9}], HITS))
    (piece,) = judged(folder)
    found = {(row["seed_id"], row["target_language"]): row["verdict"] for row in piece.rows.to_pylist()}
    assert found["s1", "go"] == "contaminated"
    assert found["s1", "java"] == "refusal"
    assert found["s2", "rust"] == "kept"


def test_what_is_kept_is_in_its_seeds_split(tmp_path: Path) -> None:
    folder = a_run(tmp_path)
    for split, seeds in (("train", ["s1"]), ("test", ["s2"])):
        table = pa.Table.from_pylist([{"seed_id": seed, "text": ""} for seed in seeds], TEXTS)
        write_table(folder.dataset / "data" / "texts" / f"{split}-00000-of-00001.parquet", table)
    (piece,) = judged(folder)
    assert piece.rows["split"].to_pylist() == ["train", None, None, None, None]


def test_any_number_of_seeds_is_read_piece_by_piece(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    names = [f"s{number:04}" for number in range(1025)]
    write(folder.seeds, SEEDS, [{"seed_id": name} for name in names])
    write(folder.translations, TRANSLATIONS, [request(name, "go") for name in names[::2]])
    pieces = list(judged(folder))
    assert [piece.seeds.num_rows for piece in pieces] == [1024, 1]
    assert [row["seed_id"] for piece in pieces for row in piece.rows.to_pylist()] == names[::2]
