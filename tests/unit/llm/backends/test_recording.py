from __future__ import annotations

import gzip
from collections import Counter

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthcode.bounded import limits
from synthcode.errors import InputError
from synthcode.llm.backends.recording import read_recording, recording_files

ROW = {"source_id": "MBPP/1", "target_language": "java", "text": "x"}


def write_lines(path, *rows):
    lines = b"".join((row if isinstance(row, bytes) else orjson.dumps(row)) + b"\n" for row in rows)
    path.write_bytes(gzip.compress(lines) if path.suffix == ".gz" else lines)
    return path


def read(path):
    skipped: Counter[str] = Counter()
    return list(read_recording(path, skipped)), dict(skipped)


def test_a_bare_row_is_taken_for_a_whole_answer(tmp_path):
    (answer,), skipped = read(write_lines(tmp_path / "r.jsonl", {**ROW, "target_language": " C++ "}))
    assert skipped == {}
    assert answer == (
        *(None, None, "MBPP/1", "cpp", None, None, None, None),
        *("x", "stop", None, None, 0.0, 1, None, None),
    )


def test_everything_that_a_row_says_is_taken(tmp_path):
    row = {
        **ROW,
        "request_id": "r",
        "seed_id": "s",
        "sample_index": 2.0,
        "model": "m",
        "prompt_digest": "d",
        "sampling": {"top_p": 1, "temperature": 0.5},
        "finish_reason": None,
        "prompt_tokens": 5,
        "completion_tokens": 6,
        "latency_s": 1.5,
        "attempts": 3,
        "repairs": "f",
        "other": "ignored",
    }
    (answer,), _ = read(write_lines(tmp_path / "r.jsonl.gz", row))
    assert answer == (
        *("r", "s", "MBPP/1", "java", 2, "m", "d", '{"temperature":0.5,"top_p":1}'),
        *("x", None, 5, 6, 1.5, 3, None, "f"),
    )


def test_a_failure_has_no_text(tmp_path):
    (answer,), _ = read(write_lines(tmp_path / "r.jsonl", {**ROW, "error": "timeout: 600 s"}))
    assert (answer.text, answer.finish_reason, answer.error) == (None, None, "timeout: 600 s")
    (answer,), _ = read(write_lines(tmp_path / "r.jsonl", {**ROW, "error": {"code": 1}}))
    assert answer.error == '{"code":1}'
    (answer,), _ = read(write_lines(tmp_path / "r.jsonl", {**ROW, "error": ""}))
    assert (answer.text, answer.error) == ("x", None)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b'{"text": ', "bad_json"),
        (b"[1]", "bad_json"),
        (b'{"text": "\\ud800"}', "bad_json"),
        ({**ROW, "text": None}, "no_text"),
        ({**ROW, "text": 3}, "no_text"),
        ({**ROW, "target_language": "klingon"}, "unknown_language"),
        ({**ROW, "target_language": None}, "unknown_language"),
        ({**ROW, "source_id": ""}, "no_id"),
        ({**ROW, "source_id": 1.5}, "no_id"),
    ],
)
def test_bad_rows_are_counted_and_the_others_read(tmp_path, row, reason):
    answers, skipped = read(write_lines(tmp_path / "r.jsonl", ROW, row, b"  ", ROW))
    assert len(answers) == 2
    assert skipped == {reason: 1}


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [
        ("prompt_tokens", -1, None),
        ("prompt_tokens", 2**31, None),
        ("completion_tokens", "5", None),
        ("completion_tokens", True, None),
        ("attempts", None, 1),
        ("latency_s", -1, 0.0),
        ("latency_s", "fast", 0.0),
        ("sampling", "not json", None),
        ("source_id", 12, "12"),
        ("model", "", None),
    ],
)
def test_values_that_cannot_be_count_as_not_said(tmp_path, name, value, taken):
    (answer,), _ = read(write_lines(tmp_path / "r.jsonl", {**ROW, name: value}))
    assert getattr(answer, name) == taken


def test_lines_without_end_are_skipped_not_loaded(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "ROW", 1000)
    long = {**ROW, "text": "x" * 5000}
    answers, skipped = read(write_lines(tmp_path / "r.jsonl", ROW, long, ROW, long))
    assert (len(answers), skipped) == (2, {"too_large": 2})


def test_parquet_of_anybody_is_read(tmp_path):
    path = tmp_path / "r.parquet"
    table = pa.table(
        {
            "text": pa.array(["x", None, "y"], pa.large_string()),
            "target_language": pa.array(["java", "go", "js"]).dictionary_encode(),
            "source_id": pa.array([1, 2, 3], pa.int64()),
            "embedding": [[0.0]] * 3,
        }
    )
    pq.write_table(table, path)
    answers, skipped = read(path)
    assert [(one.source_id, one.target_language, one.text) for one in answers] == [
        ("1", "java", "x"),
        ("3", "javascript", "y"),
    ]
    assert skipped == {"no_text": 1}


def test_parquet_text_that_is_no_utf8_costs_its_row_alone(tmp_path):
    path = tmp_path / "r.parquet"
    texts = pa.array([b"x", b"\xff\xfe", b"y"], pa.binary()).view(pa.string())
    pq.write_table(pa.table({"text": texts, "target_language": ["java"] * 3, "seed_id": ["a", "b", "c"]}), path)
    answers, skipped = read(path)
    assert [one.text for one in answers] == ["x", "y"]
    assert skipped == {"bad_utf8": 1}


@pytest.mark.parametrize(
    ("columns", "lacking"),
    [
        (["text", "seed_id"], "target_language"),
        (["target_language", "source_id"], "text"),
        (["text", "target_language"], "request_id, seed_id or source_id"),
        (["id"], "text and no target_language and no request_id, seed_id or source_id"),
    ],
)
@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
def test_a_recording_without_its_columns_is_refused(tmp_path, columns, lacking, suffix):
    path = tmp_path / f"r.{suffix}"
    if suffix == "parquet":
        pq.write_table(pa.table({name: ["x"] for name in columns}), path)
    else:
        write_lines(path, dict.fromkeys(columns, "java"))
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.problem == f"the recording {path} has no column {lacking}"
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("r.parquet", b"PAR1 and no more"),
        ("r.jsonl.gz", gzip.compress(b'{"text": "x"}\n' * 1000, mtime=0)[:40]),
        ("r.jsonl.zst", b"\x28\xb5\x2f\xfd and no more"),
    ],
)
def test_a_broken_file_is_named(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match="cannot be read") as caught:
        read(path)
    assert len(str(caught.value).splitlines()) == 2


def test_the_files_of_a_folder(tmp_path):
    for name in ("b.parquet", "a.jsonl", "c.jsonl.gz", "journal.sqlite"):
        (tmp_path / name).write_bytes(b"")
    assert [file.name for file in recording_files(tmp_path)] == ["a.jsonl", "b.parquet", "c.jsonl.gz"]
    assert recording_files(tmp_path / "a.jsonl") == [tmp_path / "a.jsonl"]


@pytest.mark.parametrize(
    ("name", "what"), [("missing.parquet", "does not exist"), ("notes.txt", "is not a recording"), ("", "holds no")]
)
def test_what_is_no_recording_is_refused(tmp_path, name, what):
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(InputError, match=what):
        recording_files(tmp_path / name)
