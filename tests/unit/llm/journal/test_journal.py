from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthcode.errors import InputError, StorageError
from synthcode.llm.journal.journal import Journal
from synthcode.llm.journal.schema import COUNT, VERSION
from synthcode.schemas.tables import COMPLETIONS
from tests.support.runs.journals import completed_ids, exported, raw_answer


@pytest.fixture
def journal(tmp_path):
    with Journal(tmp_path / "completions" / "journal.sqlite") as journal:
        yield journal


def test_a_row_comes_back_with_every_column(journal, request_of, completion_of):
    completion = completion_of("x = 'é\x00'\n", latency_s=1.23456, raw=b'{"choices": []}' * 50)
    journal.append([(request_of(3), completion)])
    table = exported(journal, [request_of(3)])
    assert table.schema == COMPLETIONS
    assert table.to_pylist() == [
        {
            "request_id": request_of(3).request_id,
            "seed_id": request_of(3).seed_id,
            "target_language": "go",
            "sample_index": 0,
            "model": "m",
            "prompt_name": "translate",
            "prompt_digest": "d" * 32,
            "sampling": '{"temperature":0.2}',
            "text": "x = 'é\x00'\n",
            "finish_reason": "stop",
            "prompt_tokens": 10,
            "completion_tokens": 5,
            "latency_s": 1.235,
            "attempts": 1,
            "error": None,
        }
    ]
    assert raw_answer(journal.path, request_of(3).request_id) == b'{"choices": []}' * 50
    assert raw_answer(journal.path, "unknown") is None


def test_the_export_is_in_the_order_of_the_plan_and_leaves_out_what_is_pending(journal, request_of, completion_of):
    for number in (4, 0, 2):
        journal.append([(request_of(number), completion_of(str(number)))])
    table = exported(journal, [request_of(number) for number in (0, 1, 2, 3, 4)])
    assert table["text"].to_pylist() == ["0", "2", "4"]


def test_the_export_streams(journal, request_of, completion_of):
    journal.append([(request_of(number), completion_of(str(number))) for number in range(2500)])
    pulled = []

    def plan():
        for number in range(2500):
            pulled.append(number)
            yield request_of(number)

    tables = journal.export(plan())
    assert next(tables).num_rows == 1000
    assert len(pulled) == 1000
    assert [table.num_rows for table in tables] == [1000, 500]


def test_two_seeds_that_share_a_request_are_exported_under_their_own_names(journal, request_of, completion_of):
    journal.append([(request_of(0), completion_of("shared"))])
    other = request_of(0, seed_id="another")
    assert exported(journal, [request_of(0), other])["seed_id"].to_pylist() == [request_of(0).seed_id, "another"]


def test_an_answer_is_never_replaced_and_a_failure_is(journal, request_of, completion_of):
    failed = completion_of(None, error="timeout: 1", finish_reason=None)
    journal.append([(request_of(0), failed), (request_of(1), completion_of("first"))])
    journal.append([(request_of(0), completion_of(None, error="server_error: 2"))])
    assert journal.errors([request_of(0).request_id]) == {request_of(0).request_id: "server_error: 2"}
    journal.append([(request_of(0), completion_of("answer")), (request_of(1), completion_of("second"))])
    journal.append([(request_of(0), failed)])
    assert exported(journal, [request_of(0), request_of(1)])["text"].to_pylist() == ["answer", "first"]


def test_what_is_known_and_what_is_completed(journal, request_of, completion_of):
    journal.append([(request_of(0), completion_of()), (request_of(1), completion_of(None, error="bad_request: no"))])
    ids = [request_of(number).request_id for number in range(3)]
    assert journal.errors(ids) == {ids[0]: None, ids[1]: "bad_request: no"}
    assert completed_ids(journal, ids) == {ids[0]}
    assert completed_ids(journal, []) == set()


def test_counts_by_language_and_by_kind(journal, request_of, completion_of):
    rows = [(request_of(number), completion_of()) for number in range(5)]
    rows += [(request_of(number), completion_of(None, error=f"timeout: {number}")) for number in (6, 8)]
    rows += [(request_of(7), completion_of(None, error="words without a kind"))]
    journal.append(rows)
    assert journal.counts().completed == {"java": 3, "go": 2}
    assert journal.counts().failed == {"java": 2, "go": 1}
    assert journal.failures() == {"timeout": 2, "words without a kind": 1}


def test_the_counts_read_indexes_and_no_answers(journal, request_of, completion_of):
    journal.append([(request_of(0), completion_of())])
    journal.close()
    connection = sqlite3.connect(journal.path)
    plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {COUNT}"))
    connection.close()
    assert plan.count("SCAN") == plan.count("COVERING INDEX") == 2


def test_meta_is_kept(journal):
    assert journal.get_meta("plan") is None
    journal.set_meta("plan", "1")
    journal.set_meta("plan", "2")
    journal.close()
    assert journal.get_meta("plan") == "2"


def test_every_commit_is_synced_and_others_may_look_on(journal, request_of, completion_of):
    journal.append([(request_of(0), completion_of())])
    connection = journal._connection
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    with Journal(journal.path, read_only=True) as onlooker:
        assert onlooker.counts().completed == {"java": 1}
        journal.append([(request_of(1), completion_of())])
        assert onlooker.counts().completed == {"java": 1, "go": 1}
        with pytest.raises(StorageError):
            onlooker.append([(request_of(2), completion_of())])


def test_looking_on_creates_nothing(tmp_path):
    path = tmp_path / "none" / "journal.sqlite"
    with Journal(path, read_only=True) as journal:
        assert journal.counts().completed == {}
    assert not path.parent.exists()


def test_a_file_that_has_no_tables_yet_counts_as_empty(tmp_path):
    path = tmp_path / "journal.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")  # as far as a run came that was killed at its very start
    connection.close()
    with Journal(path, read_only=True) as journal:
        assert journal.counts().completed == {}
    with Journal(path) as journal:
        journal.set_meta("key", "value")


def test_closing_folds_the_log_into_the_file(tmp_path, request_of, completion_of):
    path = tmp_path / "a b?c#d%20.sqlite"
    with Journal(path) as journal:
        journal.append([(request_of(0), completion_of())])
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_closing_folds_the_log_in_even_while_somebody_looks_on(tmp_path, request_of, completion_of):
    path = tmp_path / "journal.sqlite"
    with Journal(path, read_only=True) as onlooker, Journal(path) as journal:
        journal.append([(request_of(0), completion_of())])
        assert onlooker.counts().completed.total() == 1
        journal.close()
        assert (tmp_path / "journal.sqlite-wal").stat().st_size == 0


def test_a_newer_journal_is_refused(journal):
    journal.set_meta("key", "value")
    journal._connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    journal.close()
    with pytest.raises(InputError, match=f"is of version {VERSION + 1}"):
        journal.counts()


def test_a_journal_that_another_process_writes_is_named(journal, monkeypatch):
    journal.set_meta("key", "value")
    other = sqlite3.connect(journal.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    journal._connection.execute("PRAGMA busy_timeout = 1")
    with pytest.raises(StorageError, match="held by another process"):
        journal.set_meta("key", "value")
    other.close()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be used"):
        Journal(tmp_path / "file" / "journal.sqlite").counts()


def test_a_full_disk_loses_nothing_that_was_stored(journal, request_of, completion_of):
    journal.append([(request_of(0), completion_of("kept"))])
    pages = journal._connection.execute("PRAGMA page_count").fetchone()[0]
    journal._connection.execute(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(StorageError) as caught:
        journal.append([(request_of(number), completion_of("x" * 9000)) for number in (1, 2, 3)])
    assert caught.value.problem.endswith("cannot be written: database or disk is full")
    assert "nothing that was answered and stored is lost" in caught.value.fix
    journal.close()
    journal.append([(request_of(1), completion_of("after"))])
    table = exported(journal, [request_of(number) for number in range(4)])
    assert table["text"].to_pylist() == ["kept", "after"]


FILL = """
import resource, sys
from dataclasses import replace
from pathlib import Path
from synthcode.errors import StorageError
from synthcode.llm.journal.journal import Journal
from synthcode.schemas.records import Completion, Request

resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))  # no file may grow beyond 2 MB
request = Request("", "s", "1", "java", 0, "m", "p", "d", "{}", ())
completion = Completion("x" * 5000, "stop", 1, 1, 0.1, 1)
with Journal(Path(sys.argv[1])) as journal:
    try:
        for number in range(10_000):
            journal.append([(replace(request, request_id=str(number)), completion)])
    except StorageError as problem:
        print(number, "cannot be written" in problem.problem)
"""


def test_a_file_system_without_space_loses_nothing_that_was_stored(tmp_path, request_of):
    path = tmp_path / "journal.sqlite"
    command = [sys.executable, "-c", FILL, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    stored, explained = done.stdout.split()
    assert explained == "True", done.stdout
    assert int(stored) > 50
    with Journal(path) as journal:
        ids = [str(number) for number in range(10_000)]
        assert completed_ids(journal, ids) == set(ids[: int(stored)])


def test_several_threads_may_use_it(journal, request_of, completion_of):
    def store(first):
        for number in range(first, first + 50):
            journal.append([(request_of(number), completion_of(str(number)))])
            assert completed_ids(journal, [request_of(number).request_id])

    threads = [threading.Thread(target=store, args=(first,)) for first in (0, 50, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert exported(journal, map(request_of, range(150)))["text"].to_pylist() == [str(n) for n in range(150)]


@settings(max_examples=20)
@given(events=st.lists(st.tuples(st.integers(0, 5), st.one_of(st.none(), st.text())), max_size=20))
def test_the_first_answer_or_the_last_failure_of_each_request_is_kept(
    tmp_path_factory, request_of, completion_of, events
):
    expected: dict[int, str | None] = {}
    with Journal(tmp_path_factory.mktemp("journal") / "journal.sqlite") as journal:
        for number, text in events:
            error = "timeout: x" if text is None else None
            journal.append([(request_of(number), completion_of(text, error=error))])
            if expected.get(number) is None:
                expected[number] = text
        table = exported(journal, map(request_of, range(6)))
    assert table["text"].to_pylist() == [expected[number] for number in sorted(expected)]


def test_failures_of_the_account_are_pending(tmp_path, request_of, completion_of):
    errors = ["unauthorized: HTTP 401: no", "bad_request: HTTP 402: spent", "bad_request: HTTP 400: no", None]
    rows = [(request_of(n), completion_of(None if error else "x", error=error)) for n, error in enumerate(errors)]
    path = tmp_path / "journal.sqlite"
    with Journal(path) as journal:
        journal.append(rows)
    for read_only in (True, True, False):
        with Journal(path, read_only=read_only) as journal:
            assert journal.had_account_failures()
            known = journal.errors([request.request_id for request, _ in rows])
            assert known == {request_of(2).request_id: errors[2], request_of(3).request_id: None}
            assert journal.failures() == {"bad_request": 1}
            assert (journal.counts().failed.total(), journal.counts().completed.total()) == (1, 1)
    with Journal(path) as journal:
        assert not journal.had_account_failures()
