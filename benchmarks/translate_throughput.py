"""How busy the scheduler, with its journal, keeps a server.

    python benchmarks/translate_throughput.py speed     # compared with a bare aiohttp loop and AsyncOpenAI
    python benchmarks/translate_throughput.py latency   # against what the server's latency allows
    python benchmarks/translate_throughput.py memory    # of a plan of 2,000,000 requests
    python benchmarks/translate_throughput.py all

The client runs on one core, the replay server (`--fixed 300`: the same answer to everything, as fast as it goes) on
another. All clients send the same requests, in turns, several rounds; medians are printed. The bare loop reads nothing
and writes nothing; AsyncOpenAI is measured where the package is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from synthcode.identity import digest
from synthcode.llm.backends.openai.server import OpenAIServer
from synthcode.llm.journal.journal import Journal
from synthcode.llm.sending.loop import run as run_loop
from synthcode.llm.sending.scheduler import Outcome, run_requests
from synthcode.llm.sending.settings import RequestPolicy
from synthcode.schemas.records import Message, Request
from tests.support.services.servers import ROOT, replay_command

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
            settings = RequestPolicy(concurrency=concurrency)
            outcome = await run_requests(make_requests(count, run), backend, journal, settings)
        assert outcome.completed == count, outcome


async def with_openai(base_url: str, count: int, concurrency: int, run: str) -> None:
    from openai import AsyncOpenAI

    requests = make_requests(count, run)
    async with AsyncOpenAI(base_url=base_url, api_key="none") as client:

        async def work() -> None:
            for request in requests:
                messages = [{"role": one.role, "content": one.content} for one in request.messages]
                await client.chat.completions.create(
                    model=MODEL,
                    messages=messages,  # type: ignore[arg-type]
                    max_tokens=2048,
                    temperature=0.2,
                )

        await asyncio.gather(*(work() for _ in range(concurrency)))


@contextmanager
def replay_server(core: int, latency_ms: int = 0) -> Iterator[str]:
    command = replay_command("--fixed", "300", "--latency-ms", str(latency_ms))
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        os.sched_setaffinity(server.pid, {core})
        assert server.stdout is not None
        yield server.stdout.readline().split()[3]
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def measure_speed(core: int, rounds: int) -> None:
    clients: list[tuple[str, Callable[..., Coroutine[Any, Any, None]], Callable[..., None], int]] = [
        ("bare", bare, asyncio.run, 20_000),
        ("scheduled", scheduled, run_loop, 20_000),
    ]
    if importlib.util.find_spec("openai") is not None:
        clients.append(("AsyncOpenAI", with_openai, asyncio.run, 1_000))
    rates: dict[str, list[float]] = {name: [] for name, *_ in clients}
    cpu_ms: dict[str, list[float]] = {name: [] for name, *_ in clients}
    with replay_server(core) as base_url:
        for number in range(rounds):
            for name, client, runner, count in clients:
                wall, cpu = time.perf_counter(), time.process_time()
                runner(client(base_url, count, 256, f"{name} {number}"))
                wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
                rates[name].append(count / wall)
                cpu_ms[name].append(1000 * cpu / count)
    ours = statistics.median(rates["scheduled"])
    print(f"256 in flight, no latency, medians of {rounds} rounds")
    for name in rates:
        rate, cpu = statistics.median(rates[name]), statistics.median(cpu_ms[name])
        print(
            f"  {name:12}{rate:8,.0f} requests/s, {cpu:.3f} ms of CPU a request; scheduled is {ours / rate:.2f} of it"
        )


def measure_latency(core: int) -> None:
    for count, latency_ms, concurrency in ((30_000, 400, 1024), (2_000, 200, 64)):
        with replay_server(core, latency_ms) as base_url:
            started = time.perf_counter()
            run_loop(scheduled(base_url, count, concurrency, f"{latency_ms}"))
            seconds = time.perf_counter() - started
        ideal = count * latency_ms / 1000 / concurrency
        print(
            f"{count:,} requests at {latency_ms} ms, {concurrency} in flight: {seconds:.2f} s, ideal {ideal:.2f} s",
            end="",
        )
        print(f", {ideal / seconds:.2f} of it")


def measure_memory(core: int, planned: int, asked: int) -> None:
    print(f"a plan of {planned:,} requests")
    stop = threading.Event()

    def report(outcome: Outcome) -> None:
        if outcome.completed >= report.next:  # type: ignore[attr-defined]
            report.next += asked // 6  # type: ignore[attr-defined]
            resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            print(f"  {outcome.completed:>9,} answered: {resident / 2**20:,.0f} MB resident", flush=True)
        if outcome.completed >= asked:
            stop.set()

    report.next = 0  # type: ignore[attr-defined]

    async def run(base_url: str, journal: Journal) -> None:
        async with OpenAIServer([base_url], MODEL) as backend:
            requests = make_requests(planned, "memory")
            await run_requests(requests, backend, journal, RequestPolicy(concurrency=256), report, stop)

    with (
        replay_server(core) as base_url,
        tempfile.TemporaryDirectory() as folder,
        Journal(Path(folder) / "journal.sqlite") as journal,
    ):
        run_loop(run(base_url, journal))
    print(f"  peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["speed", "latency", "memory", "all"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--planned", type=int, default=2_000_000, help="requests of the plan (memory)")
    parser.add_argument("--asked", type=int, default=300_000, help="of which so many are sent (memory)")
    options = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[0]})
    if options.what in ("memory", "all"):
        measure_memory(cores[-1], options.planned, options.asked)
    if options.what in ("speed", "all"):
        measure_speed(cores[-1], options.rounds)
    if options.what in ("latency", "all"):
        measure_latency(cores[-1])


if __name__ == "__main__":
    main()
