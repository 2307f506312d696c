"""The repositories of the Hub on loopback: commits, references and blobs, kept in a folder."""

from __future__ import annotations

import argparse
import collections
import hashlib
import json
import pathlib
import threading
import urllib.parse


class Hub:
    def __init__(self, root: pathlib.Path, options: argparse.Namespace) -> None:
        self.root, self.options = root, options
        (root / "lfs").mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self.repos: dict[str, dict] = {}
        self.seen = collections.Counter()
        self.unanswered: collections.Counter[str] = collections.Counter()
        state = root / "state.json"
        if state.exists():
            self.repos = json.loads(state.read_text())

    def save(self) -> None:
        temporary = self.root / "state.tmp"
        temporary.write_text(json.dumps(self.repos))
        temporary.replace(self.root / "state.json")

    def blob(self, oid: str) -> pathlib.Path:
        return self.root / "lfs" / oid

    def store(self, content: bytes) -> str:
        oid = hashlib.sha256(content).hexdigest()
        self.blob(oid).write_bytes(content)
        return oid

    def files(self, repo: dict, revision: str) -> dict | None:
        revision = urllib.parse.unquote(revision)
        oid = repo["refs"].get(revision, revision)
        for commit in reversed(repo["commits"]):
            if commit["oid"] == oid or (len(revision) >= 7 and commit["oid"].startswith(revision)):
                return commit["files"]
        return None

    def sha(self, repo: dict, revision: str) -> str:
        revision = urllib.parse.unquote(revision)
        return repo["refs"].get(revision, revision)
