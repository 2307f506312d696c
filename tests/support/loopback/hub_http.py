"""HTTP of the Hub on loopback: reading requests, sending answers, finding the endpoint."""

from __future__ import annotations

import json
import re
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.support.loopback.hub_repositories import Hub

WRITE, READONLY = "hf_test", "hf_readonly"


class Exchange(BaseHTTPRequestHandler):
    """One request and its answer: bodies, tokens, errors, and the route to an endpoint."""

    protocol_version = "HTTP/1.1"
    hub: Hub
    routes: list[tuple[tuple[str, ...], str, Any]] = []  # noqa: RUF012

    def log_message(self, *_) -> None:
        pass

    def send(
        self, status: int, payload: bytes = b"", kind: str = "application/json", headers: dict | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        if "Content-Length" not in (headers or {}):
            self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(payload)

    def json(self, value, status: int = 200, headers: dict | None = None) -> None:
        self.send(status, json.dumps(value).encode(), headers=headers)

    def fail(self, status: int, message: str, code: str | None = None) -> None:
        headers = {"X-Error-Message": message}
        if code:
            headers["X-Error-Code"] = code
        self.json({"error": message}, status, headers)

    def body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def token(self) -> str | None:
        return (self.headers.get("Authorization") or "").removeprefix("Bearer ").strip() or None

    def may_write(self) -> bool:
        if self.token() == WRITE:
            return True
        if self.token() == READONLY:
            self.fail(403, "this token may only read")
        else:
            self.fail(401, "Invalid username or password.")
        return False

    def do_GET(self) -> None:
        self.dispatch()

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET

    def dispatch(self) -> None:
        hub = self.hub
        if hub.options.slow_ms:
            time.sleep(hub.options.slow_ms / 1000)
        split = urllib.parse.urlsplit(self.path)
        self.query = dict(urllib.parse.parse_qsl(split.query))
        path, content = split.path, self.body()
        hub.seen[f"{self.command} {re.sub(r'[0-9a-f]{40,}', '<oid>', path)}"] += 1
        for method, pattern, action in self.routes:
            if self.command in method and (match := re.fullmatch(pattern, path)):
                with hub.lock:
                    return action(self, content, *match.groups())
        hub.unanswered[f"{self.command} {path}"] += 1
        self.fail(404, f"hub_server has no {self.command} {path}")

    def repo(self, name: str) -> dict | None:
        repo = self.hub.repos.get(name)
        if repo is None or (repo["private"] and self.token() not in (WRITE, READONLY)):
            self.fail(404 if self.token() else 401, f"Repository Not Found: {name}", "RepoNotFound")
            return None
        return repo
