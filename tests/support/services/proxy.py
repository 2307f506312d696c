"""An HTTP proxy on loopback: it knows one upstream server, which it takes for every host."""

from __future__ import annotations

import http.client
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

ANYWHERE = "http://model.invalid/v1"
"""No name server knows it: only a proxy leads there."""
_BUFFER = 65_536
_VARIABLES = (
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
)


def clear_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no proxy and no bundle of certificates in the environment."""
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


class LoopbackProxy:
    """A running proxy, and the requests that it has seen."""

    def __init__(self, upstream: tuple[str, int]) -> None:
        self.upstream = upstream
        self.url = ""
        self.seen: list[str] = []
        """Method and target of each request."""
        self.status: int | None = None
        """What to answer with instead of passing requests on."""


@contextmanager
def loopback_proxy(upstream: str) -> Iterator[LoopbackProxy]:
    """Serve on a free port until the block is left; ``upstream`` is an address of the server to pass requests to."""
    host, _, port = upstream.partition("://")[2].partition("/")[0].partition(":")
    state = LoopbackProxy((host, int(port)))

    class Handler(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            state.seen.append(f"CONNECT {self.path}")
            if state.status is not None:
                self.send_error(state.status)
                return
            with socket.create_connection(state.upstream) as server:
                self.send_response(200)
                self.end_headers()
                self._pump(server)

        def do_GET(self) -> None:
            state.seen.append(f"{self.command} {self.path}")
            if state.status is not None:
                self.send_error(state.status)
                return
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            target = "/" + self.path.partition("://")[2].partition("/")[2]
            upstream = http.client.HTTPConnection(*state.upstream)
            upstream.request(self.command, target, body, dict(self.headers))
            answer = upstream.getresponse()
            data = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            upstream.close()

        do_POST = do_GET

        def _pump(self, server: socket.socket) -> None:
            ends = {self.connection: server, server: self.connection}
            while True:
                for end in select.select(list(ends), [], [], 5)[0]:
                    data = end.recv(_BUFFER)
                    if not data:
                        return
                    ends[end].sendall(data)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        state.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
