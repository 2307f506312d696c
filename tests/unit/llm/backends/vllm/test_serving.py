from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from synthcode.errors import InputError, ServerError
from synthcode.extras import install_line
from synthcode.llm.backends.vllm import serving as module
from synthcode.llm.backends.vllm.engine import VLLMEngine
from synthcode.llm.backends.vllm.serving import serving, vllm_command

UP = """
import http.server, os, subprocess, sys
port = int(sys.argv[sys.argv.index("--port") + 1])
print("pid", os.getpid(), " ".join(sys.argv[1:]), flush=True)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("child", child.pid, flush=True)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404); self.end_headers()
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A server that listens as vLLM's does, with a worker of its own."""
    script = tmp_path / "server.py"
    script.write_text(UP)
    monkeypatch.setattr(module, "vllm_command", lambda: [sys.executable, str(script), "--model"])
    monkeypatch.setattr(module, "POLL_S", 0.02)
    return script


def is_alive(pid: int) -> bool:
    try:
        return "zombie" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def wait_until_gone(*pids: int) -> None:
    deadline = time.monotonic() + 500
    while any(map(is_alive, pids)):
        assert time.monotonic() < deadline


def test_a_server_and_its_workers_go_with_the_block(stand_in: Path) -> None:
    lines: list[str] = []
    with serving("m", ["--dtype", "bfloat16"], on_line=lines.append) as base_url:
        assert base_url.endswith("/v1")
    printed = {line.split()[0]: line.split()[1:] for line in lines}
    assert printed["pid"][1:5] == ["--model", "m", "--served-model-name", "m"]
    assert printed["pid"][-3:] == ["--enable-prefix-caching", "--dtype", "bfloat16"]
    wait_until_gone(int(printed["pid"][0]), int(printed["child"][0]))


def test_it_goes_also_where_the_block_fails(stand_in: Path) -> None:
    lines: list[str] = []
    with pytest.raises(ZeroDivisionError), serving("m", on_line=lines.append):
        raise ZeroDivisionError
    wait_until_gone(*(int(line.split()[1]) for line in lines))


def test_it_goes_where_its_parent_is_killed(stand_in: Path, tmp_path: Path) -> None:
    script = (
        "import os, sys\nfrom synthcode.llm.backends.vllm import serving\n"
        f"serving.vllm_command = lambda: [sys.executable, {str(stand_in)!r}, '--model']\n"
        "with serving.serving('m', on_line=lambda line: print(line, flush=True)):\n    os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == -9
    printed = dict(line.split()[:2] for line in done.stdout.splitlines())
    wait_until_gone(int(printed["pid"]))
    os.kill(int(printed["child"]), signal.SIGKILL)  # vLLM's workers end themselves with their server: this one does not


def test_a_server_that_ends_says_why(stand_in: Path) -> None:
    stand_in.write_text("print('ValueError: no such model'); print('bye'); raise SystemExit(3)")
    with pytest.raises(ServerError) as refusal, serving("m"):
        pass
    assert refusal.value.problem == "vLLM's server ended with status 3 before it was up: ValueError: no such model"


def test_a_server_that_is_never_up_is_given_up(stand_in: Path) -> None:
    stand_in.write_text("import time; time.sleep(600)")
    with pytest.raises(ServerError, match=r"was not up within 0.2 s"), serving("m", start_s=0.2):
        pass


def test_without_vllm_it_is_told_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError) as refusal:
        vllm_command()
    assert install_line("vllm") in refusal.value.fix


def test_no_code_of_the_models_author_is_run() -> None:
    with pytest.raises(InputError, match="--trust-remote-code cannot be set"), serving("m", ["--trust-remote-code"]):
        pass
    with pytest.raises(InputError, match="'trust_remote_code' cannot be set"):
        VLLMEngine("m", {"trust_remote_code": True})


def test_no_proxy_stands_between_this_process_and_its_own_server(
    stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    with serving("m", [], start_s=500) as base_url:
        assert base_url.startswith("http://127.0.0.1:")
