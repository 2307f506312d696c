"""Starting the Hub on loopback, and talking to it as the command line and as people do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
TOKEN, READ_ONLY = "hf_test", "hf_readonly"

CLIENT = """
import contextlib, io, json, os, sys
from synthcode.pipelines.main import run_cli
from synthcode.publishing.targets import hub_attempts
hub_attempts.BACKOFF = hub_attempts.BACKOFF._replace(cap_s=0.05)
environment = dict(os.environ)
for line in sys.stdin:
    script, arguments, changes = json.loads(line)
    os.environ.clear()
    os.environ.update(environment | changes)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run_cli(arguments) if script is None else exec(script, {"arguments": arguments})
    print(json.dumps([code, out.getvalue(), err.getvalue()]), flush=True)
"""
"""Runs command lines or scripts one after another in a process that learned the Hub's address at its start, and that
does not wait long before it retries."""


@dataclass(frozen=True)
class StepResult:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def error(self) -> list[str]:
        """The two lines of what went wrong."""
        lines = self.err.splitlines()
        assert self.code == 1, self.err
        assert [index for index, line in enumerate(lines) if line.startswith("error: ")] == [len(lines) - 2], self.err
        return lines[-2:]


@dataclass
class Hub:
    """A Hub that is up, with a client of its own."""

    url: str
    folder: Path
    """Keeps repositories and the client's cache."""
    stack: ExitStack = field(default_factory=ExitStack)

    def environment(self, token: str | None = TOKEN, **changes: str) -> dict[str, str]:
        """The environment in which a process reaches this Hub and no other."""
        names = {
            "HF_ENDPOINT": self.url,
            "HF_HOME": str(self.folder / "home"),
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_OFFLINE": "0",
        }
        names |= {"HF_HUB_DISABLE_TELEMETRY": "1", **({"HF_TOKEN": token} if token else {}), **changes}
        return {name: value for name, value in os.environ.items() if name != "HF_TOKEN"} | names

    @cached_property
    def _client(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", CLIENT]
        client = subprocess.Popen(
            command, env=self.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self.stack.enter_context(client)

    def synthcode(self, *arguments: str | Path, **changes: str) -> StepResult:
        """Run a command in the client's process."""
        return StepResult(*self._ask(None, arguments, changes))

    def python(self, script: str, *arguments: str | Path) -> Any:
        """Run a script in the client's process, and return the JSON that it prints last."""
        _, out, _ = self._ask(script, arguments, {})
        return json.loads(out.splitlines()[-1])

    def _ask(self, script: str | None, arguments: Iterable[str | Path], changes: Mapping[str, str]) -> list[Any]:
        assert self._client.stdin is not None
        assert self._client.stdout is not None
        self._client.stdin.write(json.dumps([script, list(map(str, arguments)), changes]) + "\n")
        self._client.stdin.flush()
        answer: list[Any] = json.loads(self._client.stdout.readline())
        return answer

    def start(self, *arguments: str | Path, token: str | None = TOKEN, **changes: str) -> subprocess.Popen[str]:
        """Start a command in a process of its own."""
        command = [sys.executable, "-m", "synthcode", *map(str, arguments)]
        environment = self.environment(token, **changes)
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def synthcode_alone(self, *arguments: str | Path, token: str | None = TOKEN, **changes: str) -> StepResult:
        """Run a command in a process of its own, whose output is all that it says anywhere."""
        with self.start(*arguments, token=token, **changes) as process:
            out, err = process.communicate()
        return StepResult(process.returncode, out, err)

    def get(self, path: str, token: str | None = TOKEN) -> bytes:
        """Fetch something."""
        request = urllib.request.Request(f"{self.url}/{path}")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request) as answer:
            return bytes(answer.read())

    def files(self, repo: str, revision: str = "main") -> set[str]:
        """The paths of what a repository holds."""
        entries = json.loads(self.get(f"api/datasets/{repo}/tree/{revision}?recursive=true"))
        return {entry["path"] for entry in entries if entry["type"] == "file"}

    def card(self, repo: str) -> str:
        """Its card."""
        return self.get(f"datasets/{repo}/resolve/main/README.md").decode()

    def commits(self, repo: str) -> list[str]:
        """The titles of its commits, the newest first."""
        return [commit["title"] for commit in json.loads(self.get(f"api/datasets/{repo}/commits/main"))]

    def seen(self, key: str) -> int:
        """How often the server saw something."""
        return int(json.loads(self.get("stats"))["requests"].get(key, 0))


@contextmanager
def hub_server(folder: Path, *arguments: str) -> Iterator[Hub]:
    """Run the server on a free port until the block is left; ``folder`` keeps repositories and the client's cache."""
    root = (folder / "hub").resolve()
    command = [sys.executable, "-m", "tests.support.loopback.hub_server", "--port", "0", "--root", str(root)]
    with subprocess.Popen([*command, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            address = re.search(r"http://\S+", server.stdout.readline())
            assert address is not None, "the server did not start"
            with client_of(address.group(), folder) as hub:
                yield hub
        finally:
            server.terminate()


@contextmanager
def client_of(url: str, folder: Path) -> Iterator[Hub]:
    """Talk to a server until the block is left."""
    hub = Hub(url, folder)
    try:
        yield hub
    finally:
        if "_client" in vars(hub) and hub._client.stdin is not None:
            hub._client.stdin.close()
        hub.stack.close()
