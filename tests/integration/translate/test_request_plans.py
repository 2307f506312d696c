"""Plans of requests sent to the replay server, which fails, dies, and is asked by a process that is killed."""

from __future__ import annotations

import asyncio
import gzip
import json
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from random import Random

import orjson
import pytest

from synthcode.errors import ServerError
from synthcode.identity import digest
from synthcode.llm.backends.openai.server import OpenAIServer
from synthcode.llm.journal.journal import Journal
from synthcode.llm.sending import scheduler
from synthcode.schemas.records import Message, Request
from tests.support.loopback.recorded_programs import MBXP
from tests.support.services.scripted_server import HASTY, make_request
from tests.support.services.servers import ROOT, replay_command


@contextmanager
def replay_server(*options: str):
    server = subprocess.Popen(replay_command(*options), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield server.stdout.readline().split()[3], server
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def stats(url: str) -> dict:
    with urllib.request.urlopen(url.removesuffix("/v1") + "/stats") as answer:
        return json.load(answer)


def plan(count: int, model: str = "replay-mbxp") -> list[Request]:
    with gzip.open(MBXP / "mbpp_release_v1.jsonl.gz") as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(-(-count // 4)), strict=False)]
    requests = []
    for row in rows:
        for language, label in (("java", "Java"), ("go", "Go"), ("cpp", "C++"), ("php", "PHP")):
            source = f"```python\n{row['prompt']}{row['canonical_solution']}\n```"
            messages = (Message("user", f"Translate this.\n\n{source}\n\nTarget language: {label}"),)
            requests.append(
                make_request(
                    request_id=digest(row["task_id"], language),
                    seed_id=digest(row["task_id"]),
                    source_id=row["task_id"],
                    target_language=language,
                    model=model,
                    messages=messages,
                )
            )
    return requests[:count]


async def run(url, requests, path, settings=HASTY, **options):
    with Journal(path) as journal:
        async with OpenAIServer([url], "replay-mbxp") as backend:
            await backend.check()
            return await scheduler.run_requests(requests, backend, journal, settings, **options)


def test_every_fault_is_survived(tmp_path):
    requests = plan(80)
    faults = ("--fail-first", "3", "--faults", "429,500,503,disconnect,badjson")
    with replay_server(*faults) as (url, _):
        outcome = asyncio.run(run(url, requests, tmp_path / "journal.sqlite"))
        seen = stats(url)
    assert (outcome.completed, outcome.failed, outcome.pending) == (80, 0, 0)
    assert (seen["answered"], seen["answered_again"], seen["requests"]) == (80, 0, 320)
    with Journal(tmp_path / "journal.sqlite") as journal:
        (table,) = journal.export(requests)
    assert set(table["attempts"].to_pylist()) == {4}
    for language, text in zip(table["target_language"].to_pylist(), table["text"].to_pylist(), strict=True):
        assert text.startswith(f"Here is the {language} version") or text == "I cannot translate this one."


def test_a_model_that_the_server_does_not_have_is_named():
    async def scenario(url):
        async with OpenAIServer([url], "replay-mbx") as backend:
            await backend.check()

    with replay_server() as (url, _), pytest.raises(ServerError, match="did you mean 'replay-mbxp'"):
        asyncio.run(scenario(url))


RUN = """
import asyncio, json, os, signal, sys
from pathlib import Path
from synthcode.llm.journal.journal import Journal
from synthcode.llm.backends.openai.server import OpenAIServer
from synthcode.llm.sending import scheduler
from synthcode.llm.sending.settings import RequestPolicy
from synthcode.schemas.records import Message, Request

scheduler.PROGRESS_S = 0

async def main(url, path, plan, moment):
    def die(outcome):
        if outcome.completed >= int(moment):
            os.kill(os.getpid(), signal.SIGKILL)
    rows = json.loads(Path(plan).read_text())
    requests = [Request(**row | {"messages": tuple(Message(**one) for one in row["messages"])}) for row in rows]
    with Journal(Path(path)) as journal:
        async with OpenAIServer([url], "replay-mbxp") as backend:
            await scheduler.run_requests(requests, backend, journal, RequestPolicy(concurrency=16), on_progress=die)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.slow
def test_killed_at_any_moment_nothing_is_lost_and_at_most_what_was_in_flight_repeated(tmp_path):
    requests = plan(600)
    (tmp_path / "plan.json").write_bytes(orjson.dumps(requests))
    path, kills = tmp_path / "journal.sqlite", 0
    with replay_server("--latency-ms", "20") as (url, _):
        command = [sys.executable, "-c", RUN, url, str(path), str(tmp_path / "plan.json")]
        for moment in Random(7).sample(range(100, 280), 2):
            kills += subprocess.run([*command, str(moment)]).returncode == -signal.SIGKILL
        subprocess.run([*command, "1000"], check=True, capture_output=True)
        seen = stats(url)
    assert kills == 2  # each sent by the process to itself
    assert seen["answered_distinct"] == 600
    assert seen["answered_again"] <= 16 * kills
    with Journal(path) as journal:
        assert journal.counts().completed.total() == 600


def test_a_server_that_dies_leaves_the_rest_pending(tmp_path, monkeypatch):
    monkeypatch.setattr(scheduler, "PROGRESS_S", 0)  # each completion is reported
    requests = plan(200)
    path = tmp_path / "journal.sqlite"

    with replay_server("--latency-ms", "5") as (url, server):

        def die(outcome):
            if outcome.completed > 20:
                server.kill()

        with pytest.raises(ServerError, match=r"\(Connection refused\) - stopped after \d+ completed and 0 failed"):
            asyncio.run(run(url, requests, path, on_progress=die))
    with Journal(path) as journal:
        counts = journal.counts()
    assert 20 < counts.completed.total() < 200
    assert counts.failed.total() == 0
    with replay_server() as (url, _):
        outcome = asyncio.run(run(url, requests, path))
    assert outcome.completed == 200 - counts.completed.total()
