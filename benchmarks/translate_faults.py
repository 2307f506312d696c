"""Faults and kills: is every request answered, none lost, none twice?

    python benchmarks/translate_faults.py --data mxeval/data/mbxp --requests 5000 --concurrency 64 --kills 10

First, a server that fails each request twice before it answers (429, 500, 503, hanging up, torn JSON, stalling). Then a
slow one, whose client is killed with -9 at random moments and started again: what the server answered twice
must be at most what was in flight at the kills. Exits with 1 where a promise is broken.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from synthcode.identity import digest  # noqa: E402
from synthcode.languages import LANGUAGES  # noqa: E402
from synthcode.llm.backends.openai.server import OpenAIServer  # noqa: E402
from synthcode.llm.journal.journal import Journal  # noqa: E402
from synthcode.llm.sending.scheduler import Outcome, run_requests  # noqa: E402
from synthcode.llm.sending.settings import RequestPolicy  # noqa: E402
from synthcode.schemas.records import Message, Request  # noqa: E402
from tests.support.loopback.recorded_programs import MBXP  # noqa: E402
from tests.support.services.servers import MODEL, replay_command  # noqa: E402

TARGETS = ("java", "javascript", "typescript", "kotlin", "ruby", "php", "cpp", "csharp", "go")


def make_requests(data: Path, count: int) -> Iterator[Request]:
    """MBXP's Python programs, to be translated into nine languages."""
    with gzip.open(data / "mbpp_release_v1.jsonl.gz") as lines:
        pairs = ((json.loads(line), target) for line in lines for target in TARGETS)
        for row, target in islice(pairs, count):
            program = f"```python\n{row['prompt']}{row['canonical_solution']}\n```"
            question = f"Translate this program.\n\n{program}\n\nTarget language: {LANGUAGES[target].label}"
            yield Request(
                request_id=digest(row["task_id"], target),
                seed_id=digest(row["task_id"]),
                source_id=row["task_id"],
                target_language=target,
                sample_index=0,
                model=MODEL,
                prompt_name="benchmark",
                prompt_digest="0" * 32,
                sampling="{}",
                messages=(Message("user", question),),
            )


async def translate(options: argparse.Namespace, url: str, path: Path) -> Outcome:
    settings = RequestPolicy(concurrency=options.concurrency, backoff_s=0.05, backoff_cap_s=0.5, timeout_s=0.5)
    with Journal(path) as journal:
        async with OpenAIServer([url], MODEL) as backend:
            return await run_requests(make_requests(options.data, options.requests), backend, journal, settings)


@contextmanager
def replay_server(data: Path, *arguments: str) -> Iterator[str]:
    command = replay_command("--data", str(data.resolve()), *arguments)
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        yield server.stdout.readline().split()[3]
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def stats(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url.removesuffix("/v1") + "/stats") as answer:
        return dict(json.load(answer))


def faults(options: argparse.Namespace, folder: Path) -> bool:
    started = time.perf_counter()
    arguments = ("--fail-first", "2", "--faults", "429,500,503,disconnect,badjson,stall", "--stall-s", "2")
    with replay_server(options.data, *arguments) as url:
        outcome = asyncio.run(translate(options, url, folder / "faults.sqlite"))
        seen = stats(url)
    seconds = time.perf_counter() - started
    print(f"faults: {outcome.completed:,} completed, {outcome.failed} failed in {seconds:.1f} s")
    print(f"        {seen['requests']:,} attempts seen by the server, {seen['answered_again']} answered twice")
    return (outcome.completed, seen["answered"], seen["answered_again"]) == (options.requests, options.requests, 0)


def kills(options: argparse.Namespace, folder: Path) -> bool:
    path = folder / "kills.sqlite"
    moments = sorted(random.Random(options.random_seed).sample(range(options.requests), options.kills))
    with replay_server(options.data, "--latency-ms", "50") as url:
        command = [sys.executable, __file__, *sys.argv[1:], "--child", url, str(path)]
        for moment in moments:
            client = subprocess.Popen(command)
            while client.poll() is None and stats(url)["answered_distinct"] < moment:
                time.sleep(0.002)
            client.kill()
            client.wait()
            with Journal(path, read_only=True) as journal:
                stored = journal.counts().completed.total()
            print(f"killed: {stats(url)['answered_distinct']:,} answered, {stored:,} stored")
        subprocess.run(command, check=True)
        seen = stats(url)
    with Journal(path, read_only=True) as journal:
        stored = journal.counts().completed.total()
    bound = options.concurrency * options.kills
    print(f"kills: {stored:,} stored; {seen['answered_again']} answered twice, at most {bound} in flight at kills")
    return (stored, seen["answered_distinct"]) == (options.requests,) * 2 and seen["answered_again"] <= bound


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1800, help="at most 8,766 of all of MBXP, 1,800 of the excerpt")
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--random-seed", type=int, default=0, help="decides when to kill")
    parser.add_argument("--data", type=Path, default=MBXP, help="a folder with releases of MBXP")
    parser.add_argument("--child", nargs=2, metavar=("URL", "JOURNAL"), help="be the client that is killed")
    options = parser.parse_args()
    if options.child:
        asyncio.run(translate(options, options.child[0], Path(options.child[1])))
        return
    with tempfile.TemporaryDirectory() as folder:
        kept = [faults(options, Path(folder)), kills(options, Path(folder))]
    sys.exit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
