from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest

from synthcode.errors import InputError
from synthcode.llm.journal.journal import Journal
from tests.support.runs.journals import completed_ids, exported


def test_a_foreign_database_is_refused_and_not_touched(tmp_path):
    path = tmp_path / "other.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE other (x)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(InputError) as caught, Journal(path) as journal:
        journal.counts()
    assert caught.value.problem == f"{path} is not a journal of synthcode"
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello " * 100)
    with pytest.raises(InputError, match="is not a journal"), Journal(path) as journal:
        journal.counts()


def test_a_damaged_file_is_named(tmp_path, request_of, completion_of):
    path = tmp_path / "journal.sqlite"
    with Journal(path) as journal:
        journal.append([(request_of(number), completion_of("x" * 3000)) for number in range(100)])
    data = bytearray(path.read_bytes())
    data[4096 * 3 :] = b"\xff" * (len(data) - 4096 * 3)
    path.write_bytes(data)
    with pytest.raises(InputError, match="is damaged") as caught, Journal(path) as journal:
        list(journal.export(request_of(number) for number in range(100)))
    assert len(str(caught.value).splitlines()) == 2


def change_text(path, request, text):
    """Change a stored answer as a flipped bit does: the checksum stays."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE completions SET text = ? WHERE request_id = ?", (text, request.request_id))


def test_an_answer_that_is_not_what_was_stored_is_not_exported(tmp_path, request_of, completion_of):
    path = tmp_path / "journal.sqlite"
    requests = [request_of(number) for number in range(3)]
    with Journal(path) as journal:
        journal.append([(request, completion_of("return 1")) for request in requests])
    change_text(path, requests[1], "return 3")
    with Journal(path) as journal:
        with pytest.raises(InputError, match=f"answer to request {requests[1].request_id} is not what was stored"):
            exported(journal, requests)
        assert journal.drop_damaged() == 1
        assert completed_ids(journal, [one.request_id for one in requests]) == {
            requests[0].request_id,
            requests[2].request_id,
        }
        assert exported(journal, requests)["text"].to_pylist() == ["return 1"] * 2


def test_text_that_is_no_longer_utf_8_is_damage(tmp_path, request_of, completion_of):
    path = tmp_path / "journal.sqlite"
    with Journal(path) as journal:
        journal.append([(request_of(0), completion_of("return abcdefgh"))])
    content = path.read_bytes()
    path.write_bytes(content.replace(b"return abcdefgh", b"return \xffbcdefgh"))
    with Journal(path) as journal:
        assert journal.drop_damaged() == 1


def test_an_index_that_does_not_fit_its_table_is_made_again(tmp_path, request_of, completion_of):
    path = tmp_path / "journal.sqlite"
    with Journal(path) as journal:
        journal.append([(request_of(0), completion_of("text"))])
    content = path.read_bytes()
    name = request_of(0).request_id.encode()
    places = [match.start() for match in re.finditer(re.escape(name), content)]
    assert len(places) == 2  # in the table, where the checksum covers it, and in the index
    dropped = []
    for place in places:
        path.write_bytes(content[:place] + b"?" + content[place + 1 :])
        with Journal(path) as journal:
            dropped.append(journal.drop_damaged())
            assert len(completed_ids(journal, [request_of(0).request_id])) == 1 - dropped[-1]
            journal.append([(request_of(0), completion_of("text"))])
            assert len(exported(journal, [request_of(0)])) == 1
    assert sorted(dropped) == [0, 1]


def test_a_journal_without_checksums_is_read_and_gets_them(tmp_path, request_of, completion_of):
    path = tmp_path / "journal.sqlite"
    with Journal(path) as journal:
        journal.append([(request_of(0), completion_of("old"))])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript("ALTER TABLE completions DROP COLUMN checksum; PRAGMA user_version = 1")
    with Journal(path, read_only=True) as journal:
        assert exported(journal, [request_of(0)])["text"].to_pylist() == ["old"]
    with Journal(path) as journal:
        journal.append([(request_of(1), completion_of("new"))])
        assert journal.drop_damaged() == 0
        assert exported(journal, [request_of(0), request_of(1)])["text"].to_pylist() == ["old", "new"]
    change_text(path, request_of(1), "now")
    with Journal(path) as journal:
        assert journal.drop_damaged() == 1
