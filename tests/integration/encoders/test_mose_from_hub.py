"""A MoSE checkpoint fetched from a Hub on loopback, with the real client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from synthcode.evaluation.mose.checkpoint import from_pretrained
from tests.support.models.mose_checkpoint import write_checkpoint

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CLIENT = """
import sys
from synthcode.evaluation.mose.folders import find_folder
from synthcode.errors import InputError
try:
    print(find_folder("me/mose", sys.argv[1]))
except InputError as problem:
    print(problem)
"""


class ModelHub(ThreadingHTTPServer):
    """One model repository, read-only."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.folder = folder
        self.fetched: set[str] = set()


class Answer(BaseHTTPRequestHandler):
    server: ModelHub

    def do_GET(self) -> None:
        files = sorted(path.name for path in self.server.folder.iterdir())
        path = self.path.partition("?")[0]
        if path == "/api/models/me/mose/revision/main":
            siblings = [{"rfilename": name} for name in files]
            return self._send(json.dumps({"id": "me/mose", "sha": COMMIT, "siblings": siblings}).encode())
        if path == f"/api/models/me/mose/tree/{COMMIT}":
            sizes = [(name, (self.server.folder / name).stat().st_size) for name in files]
            tree = [{"type": "file", "path": name, "size": size, "oid": name} for name, size in sizes]
            return self._send(json.dumps(tree).encode())
        name = path.removeprefix(f"/me/mose/resolve/{COMMIT}/")
        if name in files:
            self.server.fetched.add(name)
            return self._send((self.server.folder / name).read_bytes(), f'"{name}"')
        return self.send_error(404)

    do_HEAD = do_GET

    def _send(self, body: bytes, etag: str = '"none"') -> None:
        self.send_response(200)
        for header, value in (("ETag", etag), ("X-Repo-Commit", COMMIT), ("Content-Length", str(len(body)))):
            self.send_header(header, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[ModelHub]:
    folder = write_checkpoint(tmp_path / "published", shards=2)
    (folder / "modularStarEncoder.py").write_text("raise SystemExit('ran')")
    (folder / "pytorch_model.bin").write_bytes(b"pickled")
    (folder / "README.md").write_text("card")
    with ModelHub(folder) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def find(hub: ModelHub, home: Path, revision: str) -> str:
    address = f"http://127.0.0.1:{hub.server_port}"
    changes = {"HF_ENDPOINT": address, "HF_TOKEN": "hf_secret", "HF_HUB_DISABLE_XET": "1", "HF_HUB_OFFLINE": "0"}
    command = [sys.executable, "-c", CLIENT, revision]
    environment = os.environ | changes | {"HF_HOME": str(home)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_neither_code_nor_pickles_are_fetched_and_the_rest_loads(hub: ModelHub, tmp_path: Path) -> None:
    folder = Path(find(hub, tmp_path / "home", "main"))
    assert hub.fetched == {path.name for path in hub.folder.iterdir()} - {
        "modularStarEncoder.py",
        "pytorch_model.bin",
        "README.md",
    }
    assert from_pretrained(str(folder)).config.exits == (1, 2, 4)


def test_a_revision_that_is_not_there_is_told_in_two_lines(hub: ModelHub, tmp_path: Path) -> None:
    problem, fix = find(hub, tmp_path / "home", "nowhere").splitlines()
    assert problem.startswith("'me/mose' is not a folder, and the Hub does not provide it: ")
    assert fix == "name a folder that holds config.json and *.safetensors, or a repository that you can reach"
    assert "hf_secret" not in problem
