from __future__ import annotations

import asyncio

import pytest

from synthcode.errors import StorageError
from synthcode.llm.journal import writer as journal_writer
from synthcode.llm.journal.journal import Journal
from synthcode.llm.journal.writer import COMMIT_ROWS, JournalWriter
from tests.support.runs.journals import completed_ids


class CountingJournal(Journal):
    """Remembers how many rows each commit had."""

    commits: list[int]
    problem: Exception | None = None

    def append(self, rows):
        if self.problem is not None:
            raise self.problem
        super().append(rows)
        self.commits.append(len(rows))


@pytest.fixture
def journal(tmp_path):
    with CountingJournal(tmp_path / "journal.sqlite") as journal:
        journal.commits = []
        yield journal


def test_a_row_is_on_the_disk_when_write_returns(journal, request_of, completion_of):
    async def scenario():
        async with JournalWriter(journal) as writer:
            await writer.write(request_of(0), completion_of())
            with Journal(journal.path, read_only=True) as onlooker:
                assert completed_ids(onlooker, [request_of(0).request_id])

    asyncio.run(scenario())


def test_rows_that_come_together_are_committed_together(journal, request_of, completion_of, monkeypatch):
    monkeypatch.setattr(journal_writer, "LINGER_S", 60.0)  # never waited for: there are enough rows

    async def scenario():
        async with JournalWriter(journal) as writer:
            rows = [writer.write(request_of(number), completion_of()) for number in range(COMMIT_ROWS)]
            async with asyncio.timeout(500):
                await asyncio.gather(*rows)

    asyncio.run(scenario())
    assert journal.commits == [COMMIT_ROWS]


def test_leaving_commits_what_is_waiting_even_of_those_who_gave_up(journal, request_of, completion_of, monkeypatch):
    monkeypatch.setattr(journal_writer, "LINGER_S", 60.0)

    async def scenario():
        async with JournalWriter(journal) as writer:
            row = asyncio.create_task(writer.write(request_of(0), completion_of()))
            await asyncio.sleep(0)
            row.cancel()

    asyncio.run(scenario())
    assert completed_ids(journal, [request_of(0).request_id])


def test_everybody_whose_row_was_not_stored_hears_of_it(journal, request_of, completion_of):
    async def scenario():
        async with JournalWriter(journal) as writer:
            journal.problem = StorageError("full", "free some")
            rows = [writer.write(request_of(number), completion_of()) for number in range(3)]
            return await asyncio.gather(*rows, return_exceptions=True)

    assert [type(result) for result in asyncio.run(scenario())] == [StorageError] * 3
