from __future__ import annotations

import asyncio
import gzip
import random
import tracemalloc

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthcode.errors import InputError, ServerError
from synthcode.llm.backends.replay import Replay
from synthcode.llm.journal.journal import Journal
from synthcode.llm.sending.scheduler import run_requests
from synthcode.llm.sending.settings import RequestPolicy


def write(path, *rows):
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


@pytest.fixture
def answer(tmp_path):
    """Ask a recording of the given rows."""

    def ask(request, *rows, model=None):
        async def scenario():
            async with Replay(write(tmp_path / "r.jsonl", *rows), model) as backend:
                await backend.check()
                return await backend.complete(request)

        return asyncio.run(scenario())

    return ask


def row(request, text, *names, **fields):
    return {"target_language": request.target_language, "text": text, **fields} | {
        name: getattr(request, name) for name in names
    }


@pytest.mark.parametrize("name", ["request_id", "seed_id", "source_id"])
def test_any_of_the_three_ids_will_do(answer, request_of, name):
    rows = [row(request_of(number), str(number), name) for number in range(6)]
    assert answer(request_of(3), *rows).text == "3"
    assert answer(request_of(9), *rows) is None


def test_the_most_telling_id_wins(answer, request_of):
    request = request_of(0)
    by_source, by_seed, by_request = (row(request, name, name) for name in ("source_id", "seed_id", "request_id"))
    assert answer(request, by_source, by_seed, by_request).text == "request_id"
    assert answer(request, by_source, by_seed).text == "seed_id"
    assert answer(request, by_source).text == "source_id"


def test_a_row_of_another_request_may_answer_by_its_seed(answer, request_of):
    foreign = row(request_of(0), "x", "seed_id", request_id="a uuid of another tool")
    assert answer(request_of(0), foreign).text == "x"


@pytest.mark.parametrize(
    "contradiction",
    [
        {"target_language": "ruby"},
        {"model": "another"},
        {"prompt_digest": "e" * 32},
        {"sampling": '{"temperature":0.9}'},
        {"sample_index": 1},
    ],
)
def test_a_row_that_contradicts_the_request_does_not_answer_it(answer, request_of, contradiction):
    assert answer(request_of(0), row(request_of(0), "x", "seed_id") | contradiction) is None


def test_language_aliases_are_understood(answer, request_of):
    assert answer(request_of(1), row(request_of(1), "x", "seed_id") | {"target_language": "GoLang"}).text == "x"


def test_everything_recorded_passes_unchanged(answer, request_of, completion_of):
    fields = {"prompt_tokens": 7, "completion_tokens": 8, "latency_s": 12.345, "attempts": 4}
    recorded = answer(request_of(0), row(request_of(0), "x", "request_id", finish_reason="length", **fields))
    assert recorded == completion_of("x", finish_reason="length", **fields)
    failed = answer(request_of(0), row(request_of(0), None, "request_id", error="timeout: 1 s", **fields))
    assert failed == completion_of(None, finish_reason=None, error="timeout: 1 s", **fields)


def test_samples_are_told_apart_by_their_index(answer, request_of):
    rows = [row(request_of(0), f"sample {index}", "seed_id", sample_index=index) for index in (2, 0, 1)]
    assert [answer(request_of(0, sample_index=index), *rows).text for index in (0, 1, 2)] == [
        "sample 0",
        "sample 1",
        "sample 2",
    ]
    assert answer(request_of(0, sample_index=3), *rows) is None


def test_without_an_index_different_texts_are_different_samples_in_any_order(answer, request_of):
    rows = [row(request_of(0), text, "seed_id") for text in ("a", "b", "x", "a")]
    rows.append(row(request_of(0), None, "seed_id", error="timeout: x"))
    for _ in range(5):
        random.Random(1).shuffle(rows)
        texts = [answer(request_of(0, sample_index=index), *rows) for index in range(4)]
        assert texts[3] is None
        assert [one.text for one in texts[:3]] == ["a", "x", "b"]  # by their BLAKE2 hashes


def test_of_two_answers_to_one_request_the_same_is_taken_in_any_order(answer, request_of):
    rows = [row(request_of(0), text, "request_id", latency_s=latency) for text in "ab" for latency in (2.0, 1.0)]
    assert answer(request_of(0), *rows) == answer(request_of(0), *reversed(rows))
    assert answer(request_of(0), *rows).latency_s == 1.0


def test_an_answer_comes_before_a_failure(answer, request_of):
    failed = row(request_of(0), None, "request_id", error="timeout: x")
    assert answer(request_of(0), failed, row(request_of(0), "x", "request_id")).text == "x"


def test_the_models_of_a_recording(tmp_path, request_of):
    path = write(tmp_path / "r.jsonl", *(row(request_of(0), name, "seed_id", model=name) for name in ("b", "a", "b")))
    assert Replay(path).recorded_models() == ["a", "b"]
    assert Replay(write(path, row(request_of(0), "x", "seed_id"))).recorded_models() == []


def test_a_model_that_the_recording_does_not_have_is_refused(answer, request_of):
    recorded = row(request_of(0), "x", "seed_id", model="qwen-7b")
    with pytest.raises(ServerError) as caught:
        answer(request_of(0), recorded, model="qwen-7B")
    assert "has nothing of model 'qwen-7B' (did you mean 'qwen-7b'?)" in caught.value.problem
    assert caught.value.fix == "give one that it has with --model: qwen-7b"
    assert answer(request_of(0, model="qwen-7b"), recorded, model="qwen-7b").text == "x"


def test_rows_without_a_model_answer_for_any(answer, request_of):
    rows = [row(request_of(0), "x", "seed_id"), row(request_of(2), "y", "seed_id", model="other")]
    assert answer(request_of(0), *rows, model="m").text == "x"


def test_bad_rows_are_counted(tmp_path, request_of):
    backend = Replay(write(tmp_path / "r.jsonl", row(request_of(0), "x", "seed_id"), {"text": "x"}, [1]))
    assert backend.recorded_models() == []
    assert backend.skipped == {"unknown_language": 1, "bad_json": 1}


def test_unknown_target_languages_are_counted_by_name(tmp_path, request_of):
    languages = ["klingon", "elvish", "klingon", None, 7]
    rows = [{**row(request_of(0), "x", "seed_id"), "target_language": language} for language in languages]
    backend = Replay(write(tmp_path / "r.jsonl", row(request_of(0), "x", "seed_id"), *rows))
    assert backend.recorded_models() == []
    assert backend.unknown_languages == {"klingon": 2, "elvish": 1}
    assert backend.skipped == {"unknown_language": 5}


def test_a_recording_that_lacks_columns_is_refused(tmp_path):
    with pytest.raises(InputError, match="has no column"):
        Replay(write(tmp_path / "r.jsonl", {"text": "x"})).recorded_models()


def parquet_of(journal, plan, path):
    with pq.ParquetWriter(path, next(journal.export(iter(plan))).schema) as writer:
        for table in journal.export(iter(plan)):
            writer.write_table(table)
    return path.read_bytes()


@pytest.mark.parametrize("suffix", ["parquet", "jsonl.gz"])
def test_replaying_an_export_gives_the_same_bytes(tmp_path, request_of, completion_of, suffix):
    plan = [request_of(number) for number in range(40)]
    recorded = [(one, completion_of(f"code {i}é", latency_s=i / 7, attempts=1 + i % 3)) for i, one in enumerate(plan)]
    recorded[5] = (plan[5], completion_of(None, finish_reason=None, error="bad_request: no", prompt_tokens=None))
    recorded[6] = (plan[6], completion_of("", finish_reason=None, completion_tokens=None))
    with Journal(tmp_path / "first.sqlite") as journal:
        journal.append(recorded[::-1])
        expected = parquet_of(journal, plan, tmp_path / "first.parquet")
    path = tmp_path / f"recording.{suffix}"
    rows = pq.read_table(tmp_path / "first.parquet").to_pylist()
    random.Random(0).shuffle(rows)
    if suffix == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        path.write_bytes(gzip.compress(b"\n".join(map(orjson.dumps, rows))))

    async def scenario(journal):
        async with Replay(path, "m") as backend:
            await backend.check()
            return await run_requests(plan, backend, journal, RequestPolicy(concurrency=7))

    with Journal(tmp_path / "second.sqlite") as journal:
        outcome = asyncio.run(scenario(journal))
        assert (outcome.completed, outcome.failed, outcome.pending) == (39, 1, 0)
        assert parquet_of(journal, plan, tmp_path / "second.parquet") == expected


def test_memory_does_not_grow_with_the_recording(tmp_path, request_of):
    def peak(count):
        rows = (
            row(request_of(number), random.Random(number).randbytes(1500).hex(), "seed_id") for number in range(count)
        )
        path = write(tmp_path / "r.jsonl", *rows)
        backend = Replay(path)
        tracemalloc.start()
        try:
            backend.recorded_models()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(2000) < 1.2 * peak(500)


def test_a_block_of_requests_gets_the_answers_of_each(tmp_path, request_of):
    requests = [request_of(number) for number in range(6)]
    rows = [row(request, f"{number}", "request_id") for number, request in enumerate(requests) if number != 3]

    async def scenario():
        async with Replay(write(tmp_path / "r.jsonl", *rows)) as backend:
            return backend.answers(requests), [await backend.complete(request) for request in requests]

    together, alone = asyncio.run(scenario())
    assert together == alone
    assert [one and one.text for one in together] == ["0", "1", "2", None, "4", "5"]
