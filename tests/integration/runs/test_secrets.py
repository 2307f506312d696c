"""No secret reaches a file or a terminal, whatever a server sends back or a user types."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from synthcode.pipelines.main import run_cli
from tests.support.runs.journals import raw_answer

KEY = "sk-abcdefgh12345678"
Answer = tuple[int, Callable[[str], str]]
"""Status, and the key that was sent -> the body, written as JSON source."""
ROW = {"text": "Add one to the number x", "code": "def f(x):\n    return x + 1\n", "language": "python"}


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(char):04x}" for char in text)


@contextmanager
def server(answers: Sequence[Answer]) -> Iterator[tuple[str, list[str | None]]]:
    """A model server that answers each seed in its way, with what it makes of the key that it was sent."""
    keys: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def send(self, status: int, body: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def do_GET(self) -> None:
            keys.append(self.headers["Authorization"])
            self.send(200, '{"data": [{"id": "m"}]}') if self.path == "/v1/models" else self.send(404, "{}")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seed = re.search(rb"return x \+ (\d+)", body)
            keys.append(self.headers["Authorization"])
            status, content = answers[int(seed[1]) % len(answers) if seed else 0]
            self.send(status, content((self.headers["Authorization"] or "Bearer none")[7:]))

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{running.server_port}/v1", keys
        finally:
            running.shutdown()


def in_parts(key: str) -> str:
    parts = [{"type": "text", "text": part} for part in ("// ", key[:9], key[9:])]
    return json.dumps({"choices": [{"message": {"content": parts}, "finish_reason": "stop"}]})


def in_parts_of_thoughts(key: str) -> str:
    parts = [{"type": "reasoning.text", "text": part} for part in ("// ", key[:9], key[9:])]
    message = {"content": "class A {} // ***", "reasoning_details": parts}
    return json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]})


def as_stream(key: str) -> str:
    deltas = [{"content": "x // ***"}, {"reasoning_content": key[:9]}, {"reasoning_content": key[9:]}]
    chunks = [{"choices": [{"delta": delta, "finish_reason": None}]} for delta in deltas]
    ends: list[object] = [{"choices": [{"delta": {}, "finish_reason": "stop"}]}]
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks + ends) + "data: [DONE]\n\n"


def completion(comment: str, finish_reason: str = "stop") -> str:
    code = f"```java\\nclass A {{ int f(int x) {{ return x; }} }} // {comment}\\n```"
    return f'{{"choices": [{{"message": {{"content": "{code}"}}, "finish_reason": "{finish_reason}"}}]}}'


ECHOES: dict[str, Answer] = {
    "json escapes": (200, lambda key: completion(escaped(key))),
    "html entities": (200, lambda key: completion("".join(f"&#{ord(char)};" for char in key))),
    "percent": (200, lambda key: completion("".join(f"%{ord(char):02x}" for char in key))),
    "base64": (200, lambda key: completion(base64.b64encode(b"ab" + key.encode()).decode())),
    "finish_reason": (200, lambda key: completion("", escaped(key))),
    "another field": (200, lambda key: completion("")[:-1] + f', "id": "{escaped(key)}"}}'),
    "parts of a message": (200, in_parts),
    "parts of thoughts": (200, in_parts_of_thoughts),
    "chunks of a stream": (200, as_stream),
    "error": (400, lambda key: f'{{"error": {{"message": "bad {escaped(key)}"}}}}'),
}


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run directory with a seed for each way of sending a key back."""
    folder = tmp_path_factory.mktemp("seeds")
    rows = [{**ROW, "code": f"def f(x):\n    return x + {number}\n"} for number in range(len(ECHOES))]
    (folder / "s.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert run_cli(["seeds", str(folder / "run"), "--from", "table", "--path", str(folder / "s.jsonl")]) == 0
    return folder / "run"


@pytest.fixture
def run(seeds: Path, tmp_path: Path) -> Path:
    shutil.copytree(seeds, tmp_path / "run")
    return tmp_path / "run"


def stored(folder: Path, *values: str) -> list[Path]:
    """The files that hold one of some values."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if any(value.encode() in path.read_bytes() for value in values)]


def test_a_key_that_a_server_sends_back_is_not_stored(
    run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with server(list(ECHOES.values())) as (url, keys):
        run_cli(["translate", str(run), "--base-url", url, "--model", "m", "--targets", "java", "--concurrency", "1"])
    run_cli(["check", str(run)])
    run_cli(["show", str(run)])
    assert f"Bearer {KEY}" in keys
    printed = capsys.readouterr()
    assert KEY not in printed.out + printed.err
    assert not stored(run, KEY)
    rows = [row for path in (run / "completions").glob("*.parquet") for row in pq.read_table(path).to_pylist()]
    journal = run / "completions" / "journal.sqlite"
    answers = [(raw_answer(journal, row["request_id"]) or b"").decode() for row in rows]
    fields = ("text", "finish_reason", "error")
    said = [f"{[row[name] for name in fields]} {raw}" for row, raw in zip(rows, answers, strict=True)]
    assert len(said) == len(ECHOES)
    assert all("***" in one for one in said)
    hidden = [escaped(KEY), "".join(f"&#{ord(char)};" for char in KEY), "".join(f"%{ord(char):02x}" for char in KEY)]
    hidden += [KEY[:9], KEY[9:]]
    assert not [one for one in said if any(form in one for form in hidden)]
    assert {row["error"] for row in rows} == {None, "bad_request: HTTP 400: bad ***"}


@pytest.mark.parametrize(
    ("arguments", "secret"),
    [
        (["translate", "RUN", "--base-url", "http://user:s3cretpw@127.0.0.1:1/v1", "--model", "m"], "s3cretpw"),
        (["translate", "RUN", "--base-url", "user:s3cretpw@127.0.0.1:1/v1", "--model", "m"], "s3cretpw"),
        (["translate", "RUN", "--base-url", "http://127.0.0.1:1/v1?api_key=s3cretpw", "--model", "m"], "s3cretpw"),
        (["seeds", "RUN", "--from", "hub", "--path", "https://user:s3cretpw@host/x"], "s3cretpw"),
        (["seeds", "RUN", "--from", "table", "--path", "s3://AK:s3cretpw@bucket/x.csv"], "s3cretpw"),
        (["translate", "RUN", "--prompt", "sk-ofThisMachine99"], "sk-ofThisMachine99"),
        (["evaluate", "RUN", "--encoder", "openai:e", "--base-url", "http://u:s3cretpw@127.0.0.1:1/v1"], "s3cretpw"),
        (["doctor", "--base-url", "http://user:s3cretpw@127.0.0.1:1/v1"], "s3cretpw"),
        (["status", "http://user:s3cretpw@host/run"], "s3cretpw"),
    ],
)
@pytest.mark.usefixtures("no_toolchains")
def test_a_secret_that_a_user_types_is_neither_written_nor_shown(
    arguments: list[str],
    secret: str,
    run: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WORK_API_KEY", "sk-ofThisMachine99")
    code = run_cli([str(run) if part == "RUN" else part for part in arguments])
    printed = capsys.readouterr()
    assert code == (0 if arguments[0] == "doctor" else 1)
    assert secret not in printed.out + printed.err
    assert not stored(run, secret)


def test_a_recipe_with_a_password_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(
        "backend: {base_urls: ['http://user:s3cretpw@host/v1']}\ncard: {about: 'ssh://git@host/x is fine'}"
    )
    assert run_cli(["run", str(recipe), "--out", str(tmp_path / "run")]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"error: {recipe}: backend.base_urls holds a user name or password, which would be written to disk",
        "leave it out; set it in the environment: OPENAI_API_KEY, HF_TOKEN, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY",
    ]
    assert not (tmp_path / "run").exists()


def test_a_traceback_and_a_library_s_log_show_no_secret() -> None:
    script = (
        "import logging, sys\n"
        "from synthcode.pipelines import main\n"
        "from synthcode.pipelines.commands.inspection import status\n"
        "def fail(*_):\n"
        "    logging.warning('GET https://user:s3cretpw@hub/x with hf_secret123456789')\n"
        "    raise OSError('the Hub says hf_secret123456789 at http://user:s3cretpw@hub')\n"
        "status.existing_run = fail\n"
        "sys.exit(main.run_cli(['--debug', 'status', 'x']))\n"
    )
    environment = {"HF_TOKEN": "hf_secret123456789", "PATH": "/usr/bin"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert done.stderr.count("***@hub") == 2
    assert "hf_secret" not in done.stdout + done.stderr
    assert "s3cretpw" not in done.stdout + done.stderr


@pytest.mark.parametrize("named", [True, False])
def test_a_key_goes_to_a_remote_server_only_if_the_user_names_it(
    named: bool, run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host that is not loopback by name stands for a remote one."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setattr("synthcode.llm.backends.openai.connection.api_key._is_loopback", lambda host: False)
    with server([(200, lambda key: completion(""))]) as (url, keys):
        recipe = run / "recipe.yaml"
        recipe.write_text(recipe.read_text("utf-8").replace("base_urls: []", f"base_urls: ['{url}']"), "utf-8")
        arguments = ["translate", str(run), "--model", "m", "--targets", "java"]
        assert run_cli([*arguments, "--base-url", url] if named else arguments) == 0
    notice = f"OPENAI_API_KEY is not sent to {url}, which the recipe names: to send it, add --base-url {url}"
    assert (f"Bearer {KEY}" in keys) is named
    assert (notice in capsys.readouterr().err.splitlines()) is not named
