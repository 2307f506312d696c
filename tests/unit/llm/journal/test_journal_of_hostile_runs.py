"""A journal of unknown origin: nothing in it runs, and its content is checked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.llm.journal.journal import Journal
from synthcode.pipelines.tables.funnel import REQUESTED, funnel
from synthcode.storage.layout import RunFolder

ENDLESS = """
ALTER TABLE completions RENAME TO answers;
CREATE VIEW completions AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT a.* FROM answers a, n;
"""
DELETING = "CREATE TRIGGER t AFTER INSERT ON meta BEGIN DELETE FROM completions; END;"


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path)
    with Journal(folder.journal) as journal:
        journal.set_meta(REQUESTED, "{}")
    return folder


@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize("script", [ENDLESS, DELETING])
def test_a_view_or_a_trigger_is_not_run(script: str, read_only: bool, run: RunFolder) -> None:
    with closing(sqlite3.connect(run.journal)) as connection:
        connection.executescript(script)
    with Journal(run.journal, read_only=read_only) as journal, pytest.raises(InputError, match="is not a journal"):
        journal.counts()


@pytest.mark.parametrize("note", ["[[[", "[]", '{"java": {"a": 1}}', '{"java": -1}', "[" * 100_000])
def test_a_note_of_the_requests_that_is_none_is_named(note: str, run: RunFolder) -> None:
    with Journal(run.journal) as journal:
        journal.set_meta(REQUESTED, note)
    with pytest.raises(InputError, match="is damaged"):
        funnel(run)
