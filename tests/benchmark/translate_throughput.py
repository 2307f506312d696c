"""Requests a second of the scheduler with its journal, against a bare aiohttp + orjson loop.

    python tests/benchmark/translate_throughput.py --requests 20000 --concurrency 256

The client runs on one core, the replay server (`--fixed 300`: the same answer to everything, as fast as it
goes) on another. Both clients send the same requests, in turns, several rounds; medians are printed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import orjson

from synthcode.identity import digest
from synthcode.llm.journal import Journal
from synthcode.llm.openai_server import OpenAIServer
from synthcode.llm.scheduler import run_requests
from synthcode.llm.settings import Execution
from synthcode.schemas.records import Message, Request

MODEL = "replay-mbxp"
SAMPLING = '{"max_tokens":2048,"temperature":0.2}'
SYSTEM = Message("system", "You translate programs. Answer with one code block and nothing else. " * 4)
SOURCE = "\n".join(f"    total += {n} * value  # step {n}" for n in range(30))


def make_requests(count: int, run: str) -> Iterator[Request]:
    for number in range(count):
        user = Message("user", f"def f_{number}(value):\n{SOURCE}\n\nTranslate it into Java ({run}).")
        yield Request(
            request_id=digest(run, number),
            seed_id=digest(run, number // 8),
            source_id=str(number // 8),
            target_language="java",
            sample_index=0,
            model=MODEL,
            prompt_name="benchmark",
            prompt_digest="0" * 32,
            sampling=SAMPLING,
            messages=(SYSTEM, user),
        )


async def bare(base_url: str, count: int, concurrency: int, run: str) -> None:
    """What a person writes who wants nothing but the answers."""
    requests = make_requests(count, run)
    connector, cookies = aiohttp.TCPConnector(limit=0), aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(connector=connector, cookie_jar=cookies) as session:

        async def work() -> None:
            for request in requests:
                messages = [{"role": one.role, "content": one.content} for one in request.messages]
                body = orjson.dumps({"model": MODEL, "messages": messages, "max_tokens": 2048, "temperature": 0.2})
                headers = {"Content-Type": "application/json"}
                async with session.post(f"{base_url}/chat/completions", data=body, headers=headers) as response:
                    orjson.loads(await response.read())["choices"][0]["message"]["content"]

        await asyncio.gather(*(work() for _ in range(concurrency)))


async def scheduled(base_url: str, count: int, concurrency: int, run: str) -> None:
    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "journal.sqlite") as journal:
        async with OpenAIServer([base_url], MODEL) as backend:
            settings = Execution(concurrency=concurrency)
            outcome = await run_requests(make_requests(count, run), backend, journal, settings)
        assert outcome.completed == count, outcome


@contextmanager
def replay_server(tools: Path, core: int) -> Iterator[str]:
    command = [sys.executable, str(tools / "replay_llm_server.py"), "--port", "0", "--fixed", "300"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        os.sched_setaffinity(server.pid, {core})
        assert server.stdout is not None
        yield server.stdout.readline().split()[3]
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--concurrency", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tools", type=Path, default=Path(__file__).resolve().parents[3] / "shared" / "tools")
    options = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[0]})
    rates: dict[str, list[float]] = {"bare": [], "scheduled": []}
    cpu_ms: dict[str, list[float]] = {"bare": [], "scheduled": []}
    with replay_server(options.tools, cores[-1]) as base_url:
        for number in range(options.rounds):
            for name, client in (("bare", bare), ("scheduled", scheduled)):
                wall, cpu = time.perf_counter(), time.process_time()
                asyncio.run(client(base_url, options.requests, options.concurrency, f"{name} {number}"))
                wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
                rates[name].append(options.requests / wall)
                cpu_ms[name].append(1000 * cpu / options.requests)
                print(f"{name:10}{rates[name][-1]:8,.0f} requests/s, {cpu_ms[name][-1]:.3f} ms of CPU a request")
    for title, figures in (("requests/s", rates), ("ms of CPU a request", cpu_ms)):
        one, other = (statistics.median(figures[name]) for name in ("bare", "scheduled"))
        print(f"median {title}: bare {one:,.3f}, scheduled {other:,.3f}, ratio {other / one:.2f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
