"""Ctrl-C and SIGTERM end a command within seconds: exit codes 130 and 143, two lines, no worker left, resumable."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from tests.support.services.chat_server import Reply, chat_server, completion

STOPPED = ["stopped; everything that was finished is stored", "run the same command again to go on"]
SECONDS = 500
"""What nothing takes, even on a busy machine: servers and workers would go on for longer."""

BUSY = {
    "Python code": "while True: pass",
    "compiled code": "import hashlib; hashlib.pbkdf2_hmac('sha256', b'', b'', 10**9)",
    "an exception handler": "while True:\n  try: time.sleep(60)\n  except Exception: pass",
}
PROGRAM = """
import sys, time
import click
from synthcode.pipelines import main
from synthcode.pipelines.runs.interrupt import watch_for_stop

@main.cli.command()
def busy():
    with watch_for_stop():
        print("ready", flush=True)
        exec(sys.stdin.read())

main.COMMANDS["busy"] = main.Listed("", "")
main.LazyGroup.get_command = lambda self, ctx, name: busy
sys.argv = ["synthcode", "busy"]
main.main()
"""


@pytest.mark.parametrize("busy", BUSY.values(), ids=BUSY)
def test_a_stage_that_does_not_look_at_the_request_is_left(busy: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(busy)
    process.stdin.close()
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGTERM)
    process.stdin = None
    _, said = process.communicate(timeout=SECONDS)
    assert process.returncode == 143
    assert said.splitlines()[-2:] == STOPPED


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    row = {"repo": "a/b", "path": "x.py", "language": "python", "url": "u", "partition": "train"}
    with path.open("w") as stream:
        for number in range(3_000):
            code = f"def g{number}(x):\n    return x + {number}\n"
            texts = {"func_name": f"g{number}", "code": code, "docstring": f"Add {number} to a given number."}
            stream.write(json.dumps({**row, **texts}) + "\n")
    return path


def seeds(folder: Path, rows: Path) -> list[str]:
    command = [sys.executable, "-m", "synthcode", "seeds", str(folder)]
    return [*command, "--from", "codesearchnet", "--path", str(rows), "--workers", "1"]


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_seeds_stop_leave_no_worker_and_are_resumed_to_the_same_bytes(
    tmp_path: Path, rows: Path, number: signal.Signals, code: int
) -> None:
    process = subprocess.Popen(seeds(tmp_path / "run", rows), stderr=subprocess.PIPE, text=True)
    ours = psutil.Process(process.pid)
    while not (children := ours.children(recursive=True)):
        assert process.poll() is None
    process.send_signal(number)
    _, said = process.communicate(timeout=SECONDS)
    assert process.returncode == code
    assert said.splitlines()[-2:] == STOPPED
    assert psutil.wait_procs(children, timeout=SECONDS)[1] == []
    for folder in ("run", "other"):
        subprocess.run(seeds(tmp_path / folder, rows), check=True, capture_output=True)
    stopped, other = (sorted((tmp_path / folder / "seeds").glob("*.parquet")) for folder in ("run", "other"))
    assert [path.read_bytes() for path in stopped] == [path.read_bytes() for path in other]


READING = """
import sys
from synthcode.pipelines import main

def read(*_, **__):
    print("ready", flush=True)
    while True: pass

main.cli.main = read
main.main()
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_command_that_only_reads_ends_at_once(number: signal.Signals, code: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", READING], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    _, said = process.communicate(timeout=SECONDS)
    assert process.returncode == code
    assert said.splitlines()[-2:] == STOPPED


IMPATIENT = """
from synthcode.pipelines import main
from synthcode.pipelines.runs import interrupt
interrupt.FINISHING_S = 0.5
main.main()
"""


@pytest.mark.slow
def test_sigterm_waits_for_no_server_that_never_answers(tmp_path: Path) -> None:
    asked, end = threading.Event(), threading.Event()

    def hang(_: object) -> Reply:
        asked.set()
        end.wait()
        return Reply(completion("late"))

    row = {"text": "Add one to a number.", "code": "def f(x):\n    return x + 1\n", "language": "python"}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row))
    command = [sys.executable, "-m", "synthcode"]
    source = ["--from", "table", "--path", str(tmp_path / "rows.jsonl")]
    subprocess.run([*command, "seeds", str(tmp_path / "run"), *source], check=True, capture_output=True)
    with chat_server(hang) as server:
        named = ["--base-url", server.base_url, "--model", "m", "--targets", "java"]
        arguments = [sys.executable, "-c", IMPATIENT, "translate", str(tmp_path / "run"), *named]
        process = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True)
        try:
            assert asked.wait(SECONDS)
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=SECONDS)
        finally:
            process.kill()
            end.set()
    assert process.returncode == 143
    assert said.splitlines()[-2:] == STOPPED


SERVING = """
import sys
from pathlib import Path
from synthcode.llm.backends.vllm import serving
from synthcode.pipelines import main
command = [sys.executable, sys.argv.pop(1)]
serving.vllm_command = lambda: command
main.main()
"""
SLOW_SERVER = "import time\nprint('loading', flush=True)\ntime.sleep(600)\n"
QUICK_SERVER = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Handler).serve_forever()
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("server", [SLOW_SERVER, QUICK_SERVER], ids=["while it starts", "while it is up"])
def test_a_signal_ends_serve_and_its_server(tmp_path: Path, server: str, number: signal.Signals, code: int) -> None:
    (tmp_path / "server.py").write_text(server)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = [str(tmp_path / "server.py"), "serve", "m", "--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVING, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    if server is SLOW_SERVER:
        assert process.stderr.readline() == "loading\n"
    else:
        assert process.stdout.readline().startswith("serving m at ")
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    _, said = process.communicate(timeout=SECONDS)
    assert process.returncode == code
    assert "Traceback" not in said
    assert psutil.wait_procs(children, timeout=SECONDS)[1] == []
