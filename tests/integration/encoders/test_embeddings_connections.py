"""The embeddings client reaches servers as the model client does: proxies, certificates, redirects, addresses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from synthcode.errors import InputError, ServerError
from synthcode.evaluation.encoder import Role
from synthcode.evaluation.encoders.openai_embeddings import OpenAIEmbeddings
from tests.support.services.embeddings_server import MODEL, embeddings_server
from tests.support.services.proxy import ANYWHERE, clear_variables, loopback_proxy

ROLE = Role("query", "text", "text")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    clear_variables(monkeypatch)


def encode(base_url: str) -> tuple[int, ...]:
    encoded = OpenAIEmbeddings(MODEL, base_url=base_url).encode(["a", "b"], ROLE)
    (vectors,) = encoded.vectors.values()
    return tuple(vectors.shape[:1])


@contextmanager
def redirecting_server(location: str) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(307)
            self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()
        thread.join()


@pytest.mark.slow
def test_a_proxy_is_used_and_no_proxy_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    with embeddings_server() as server, loopback_proxy(server.base_url) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert encode(ANYWHERE) == (2,)
        assert proxy.seen == [f"POST {ANYWHERE}/embeddings"]
        monkeypatch.setenv("NO_PROXY", "127.0.0.0/8")
        assert encode(server.base_url) == (2,)
        assert len(proxy.seen) == 1


def test_a_socks_proxy_is_refused_in_two_lines_unless_the_host_is_exempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    with pytest.raises(InputError, match="SOCKS"):
        OpenAIEmbeddings(MODEL, base_url=ANYWHERE)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with embeddings_server() as server:
        assert encode(server.base_url) == (2,)


def test_the_address_of_the_endpoint_is_understood() -> None:
    with embeddings_server() as server:
        assert encode(f"{server.base_url}/embeddings/") == (2,)


def test_a_redirect_is_named() -> None:
    location = "https://other.example/v1/embeddings"
    with redirecting_server(f"{location}?key=abc") as base_url, pytest.raises(ServerError) as caught:
        encode(base_url)
    assert f"redirects to {location}" in caught.value.problem
    assert "--base-url" in caught.value.fix
    assert "abc" not in str(caught.value)
