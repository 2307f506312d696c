"""A dataset that is not what it says is refused before anything leaves the machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from synthcode.errors import InputError
from synthcode.publishing.checks import integrity, validation
from synthcode.publishing.dataset_files import dataset_files
from synthcode.storage.manifest import Manifest
from synthcode.storage.published import CONFIGS
from synthcode.storage.shards import write_table
from tests.support.runs.small_run import Tables, make_card, make_tables, write_run


def check(run: Path) -> None:
    folder = run / "dataset"
    files = dataset_files(folder)
    rows = Manifest(run).stages["build"].counts["rows"]
    validation.check_rows(rows)
    shards = validation.find_shards(folder, rows)
    validation.check_tables(shards, CONFIGS, rows)
    validation.check_card(folder, files, shards, rows)
    integrity.check_disjoint_splits(shards)
    integrity.check_judgements(shards)
    written = {path.removeprefix("dataset/"): sha for path, sha in Manifest(run).output_digests("build").items()}
    validation.check_origin(folder, files, written)


def refused(run: Path) -> str:
    with pytest.raises(InputError) as caught:
        check(run)
    return caught.value.problem.replace(f"{run}/", "")


def with_cell(table: pa.Table, row: int, column: str, value: str) -> pa.Table:
    rows = table.to_pylist()
    rows[row][column] = value
    return pa.Table.from_pylist(rows, schema=table.schema)


@pytest.mark.parametrize("shards", [1, 3])
def test_a_valid_dataset_passes(tmp_path: Path, shards: int) -> None:
    check(write_run(tmp_path, shards=shards))


def test_a_split_without_rows_passes_and_judges_nothing(tmp_path: Path) -> None:
    tables = make_tables()
    judgements = tables["qrels", "test"]
    for config in CONFIGS:
        tables[config, "test"] = tables[config, "test"].slice(0, 0)
    assert refused(write_run(tmp_path, tables)) == (
        "dataset/README.md: split 'test' of 'triplets' has no rows; datasets cannot load it"
    )
    card = make_card(splits=("train", "validation"))
    check(write_run(tmp_path, tables, card=card))
    tables["qrels", "test"] = judgements
    refused(write_run(tmp_path, tables, card=card))
    qrels = make_card().partition("- config_name: qrels")
    card = f"{card.partition('- config_name: qrels')[0]}{''.join(qrels[1:])}"
    assert "row 1: query_id" in refused(write_run(tmp_path, tables, card=card))


def test_a_configuration_without_rows_is_refused(tmp_path: Path) -> None:
    tables = make_tables()
    for split in ("train", "validation", "test"):
        tables["triplets", split] = tables["triplets", split].slice(0, 0)
    assert refused(write_run(tmp_path, tables)) == "the dataset has no rows of 'triplets': there is nothing to load"


def test_rows_that_the_card_counts_otherwise_are_refused(tmp_path: Path) -> None:
    info = "dataset_info:\n- config_name: triplets\n  splits: [{name: train, num_bytes: 1, num_examples: 5}]\n"
    card = make_card().replace("---\n", f"---\n{info}", 1)
    assert refused(write_run(tmp_path, card=card)) == (
        "dataset/README.md: dataset_info has 5 rows in 'train' of 'triplets', the tables 6"
    )


def test_a_seed_in_two_splits_is_named_with_its_row(tmp_path: Path) -> None:
    tables = make_tables()
    seed = tables["triplets", "train"]["seed_id"][3].as_py()
    tables["triplets", "test"] = with_cell(tables["triplets", "test"], 1, "seed_id", seed)
    assert refused(write_run(tmp_path, tables)) == (
        f"dataset/data/triplets/train-00000-of-00001.parquet: row 4: seed_id {seed!r} is in split 'test' too"
    )


def test_a_cluster_in_two_splits_is_named_with_its_row(tmp_path: Path) -> None:
    tables = make_tables()
    tables["triplets", "train"] = with_cell(tables["triplets", "train"], 5, "cluster_id", "c7")
    problem = refused(write_run(tmp_path, tables, shards=2))
    # Splits are compared in the order of their names; of six rows in two shards the sixth is the third of the second.
    assert problem == (
        "dataset/data/triplets/validation-00001-of-00002.parquet: row 1: cluster_id 'c7' is in split 'train' too"
    )


def as_other_language(tables: Tables) -> tuple[str, int, str, str]:
    return "qrels", 1, "corpus_language", "java"


def as_nobody(tables: Tables) -> tuple[str, int, str, str]:
    return "qrels", 4, "query_id", "nobody"


def as_program_that_is_no_document(tables: Tables) -> tuple[str, int, str, str]:
    first = tables["programs", "train"]["program_id"][0].as_py()
    return "programs", 2, "document_id", first


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (as_other_language, "row 2: corpus_id {!r} is not a document in 'java' of its split"),
        (as_nobody, "row 5: query_id 'nobody' is not a text of its split"),
        (as_program_that_is_no_document, "row 6: query_id {!r} is not a document in 'python' of its split"),
    ],
)
def test_a_judgement_of_nothing_is_named_with_its_row(
    tmp_path: Path, change: Callable[[Tables], tuple[str, int, str, str]], problem: str
) -> None:
    tables = make_tables()
    config, row, column, value = change(tables)
    tables[config, "train"] = with_cell(tables[config, "train"], row, column, value)
    found = refused(write_run(tmp_path, tables))
    before, _, after = problem.partition("{!r}")
    assert found.startswith(f"dataset/data/qrels/train-00000-of-00001.parquet: {before}")
    assert found.endswith(after)


def test_another_schema_is_named_with_its_column(tmp_path: Path) -> None:
    tables = make_tables()
    texts = tables["texts", "test"]
    tables["texts", "test"] = texts.cast(texts.schema.set(1, pa.field("text", pa.string())))
    file = "dataset/data/texts/test-00000-of-00001.parquet"
    assert refused(write_run(tmp_path, tables)) == f"{file}: column 'text' is string, not string not null"
    tables["texts", "test"] = texts.drop_columns(["text"])
    assert refused(write_run(tmp_path, tables)) == f"{file}: columns are not those of the schema; look at 'text'"


def test_rows_that_the_manifest_does_not_have_are_counted(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    path = run / "dataset/data/texts/train-00000-of-00001.parquet"
    write_table(path, pa.concat_tables([make_tables()["texts", "train"]] * 2))
    assert refused(run) == "dataset/data/texts: train has 12 rows, the manifest says 6"


def test_a_lost_split_is_named(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    (run / "dataset/data/qrels/test-00000-of-00001.parquet").unlink()
    assert refused(run) == "dataset has no files of split 'test' of 'qrels'"


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    path = run / "dataset/data/qrels/test-00000-of-00001.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    assert refused(run).startswith("dataset/data/qrels/test-00000-of-00001.parquet cannot be read: ")


def test_a_table_that_is_not_what_build_wrote_is_named(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    write_run(tmp_path / "other", make_tables(version="2"))
    name = "dataset/data/programs/train-00000-of-00001.parquet"
    (run / name).write_bytes((tmp_path / "other" / name).read_bytes())
    assert refused(run) == f"{name} is not what 'synthcode build' wrote"


def test_a_table_that_build_did_not_write_is_named(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    (run / "dataset/data/notes.parquet").touch()
    assert refused(run) == "dataset/data/notes.parquet was not written by 'synthcode build'"


@pytest.mark.parametrize(
    ("card", "problem"),
    [
        ("no front matter", "dataset/README.md: 'configs' of the front matter cannot be read: KeyError('configs')"),
        ("---\na: [\n---\n", "dataset/README.md: the front matter is not YAML: expected the node content"),
        ("---\nconfigs: [1]\n---\n", "dataset/README.md: 'configs' of the front matter cannot be read: "),
        (
            make_card().replace("data/texts/test-*", "data/texts/exam-*"),
            "dataset/README.md: 'texts', split 'test': no file is like 'data/texts/exam-*.parquet'",
        ),
        (
            make_card().replace("data/texts/test-*", "data/texts/t*"),
            "dataset/README.md: data/texts/train-00000-of-00001.parquet is in texts / train and in texts / test",
        ),
        (
            make_card().replace("config_name: qrels", "config_name: judgements"),
            "dataset/README.md: dataset/data/qrels/train-00000-of-00001.parquet is not named as split 'train' of ",
        ),
    ],
)
def test_a_card_that_does_not_fit_the_files_is_refused(tmp_path: Path, card: str, problem: str) -> None:
    assert refused(write_run(tmp_path, card=card)).startswith(problem)
