"""Proxies, certificates, schemes and encodings between the client and a model server, over real sockets."""

from __future__ import annotations

import asyncio
import gzip
import json
import ssl
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
import trustme
from aiohttp import web

from synthcode.errors import InputError, ServerError
from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.llm.backends.openai.server import OpenAIServer, list_models
from tests.support.services.chat_server import MODEL, Reply, chat_server, completion
from tests.support.services.proxy import ANYWHERE, clear_variables, loopback_proxy


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    clear_variables(monkeypatch)


def models_at(base_url: str) -> list[str]:
    return asyncio.run(list_models(base_url, "sk-0123456789abcdef"))


@asynccontextmanager
async def tls_server(certificate: trustme.LeafCert | None) -> AsyncIterator[int]:
    """Serve a list of models on a free port, by https if there is a certificate."""

    async def models(_request: web.Request) -> web.Response:
        return web.json_response({"data": [{"id": MODEL}]})

    app = web.Application()
    app.router.add_get("/v1/models", models)
    runner = web.AppRunner(app)
    await runner.setup()
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        certificate.configure_cert(context)
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def models_of_tls(certificate: trustme.LeafCert | None, scheme: str, host: str = "127.0.0.1") -> list[str]:
    async def scenario() -> list[str]:
        async with tls_server(certificate) as port:
            return await list_models(f"{scheme}://{host}:{port}/v1")

    return asyncio.run(scenario())


def refused(scenario: Callable[[], object]) -> ServerError:
    with pytest.raises(ServerError) as caught:
        scenario()
    assert len(str(caught.value).splitlines()) == 2
    return caught.value


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with chat_server(lambda _asked: Reply(completion("code"))) as server, loopback_proxy(server.base_url) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert models_at(ANYWHERE) == [MODEL]
        assert proxy.seen == [f"GET {ANYWHERE}/models"]
        monkeypatch.setenv("NO_PROXY", "127.0.0.0/8")
        assert models_at(server.base_url) == [MODEL]
        assert len(proxy.seen) == 1


def test_https_goes_through_a_tunnel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authority = trustme.CA()
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))

    async def scenario() -> tuple[list[str], list[str]]:
        async with tls_server(authority.issue_cert("model.invalid")) as port:
            with loopback_proxy(f"http://127.0.0.1:{port}") as proxy:
                monkeypatch.setenv("ALL_PROXY", proxy.url)
                monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
                return await list_models("https://model.invalid/v1"), proxy.seen

    assert asyncio.run(scenario()) == ([MODEL], ["CONNECT model.invalid:443"])


@pytest.mark.parametrize(("status", "said"), [(407, "wants a user name and a password"), (503, "HTTP 503")])
@pytest.mark.parametrize("address", [ANYWHERE, ANYWHERE.replace("http:", "https:")])
def test_a_proxy_that_refuses_is_named(monkeypatch: pytest.MonkeyPatch, status: int, said: str, address: str) -> None:
    with loopback_proxy("http://127.0.0.1:9") as proxy:
        proxy.status = status
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        error = refused(lambda: models_at(address))
    assert said in error.problem
    assert "ALL_PROXY" in error.fix
    assert "NO_PROXY" in error.fix


def test_a_proxy_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://me:hunter22@127.0.0.1:9")
    error = refused(lambda: models_at(ANYWHERE))
    assert "the proxy http://127.0.0.1:9 (HTTP_PROXY): Connection refused" in error.problem
    assert "hunter22" not in str(error)


def test_a_server_of_this_process_is_reached_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(base_url: str) -> list[str]:
        async with OpenAIServer([base_url], MODEL, use_proxies=False) as backend:
            return await backend.models()

    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with chat_server(lambda _asked: Reply(b"")) as server:
        assert asyncio.run(scenario(server.base_url)) == [MODEL]


def test_a_socks_proxy_is_refused_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    with pytest.raises(InputError, match="SOCKS") as caught:
        OpenAIServer([ANYWHERE], MODEL)
    assert "NO_PROXY" in caught.value.fix


def test_a_certificate_of_a_known_authority_is_accepted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authority = trustme.CA()
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    assert models_of_tls(authority.issue_cert("127.0.0.1"), "https") == [MODEL]


def test_certificates_that_are_not_accepted_are_named_with_the_cure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = trustme.CA()
    unknown = refused(lambda: models_of_tls(authority.issue_cert("127.0.0.1"), "https"))
    assert "its certificate is not accepted: unable to get local issuer" in unknown.problem
    assert "SSL_CERT_FILE" in unknown.fix
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    other = refused(lambda: models_of_tls(authority.issue_cert("other.example"), "https"))
    assert "certificate is not valid for '127.0.0.1'" in other.problem
    assert "the name that the certificate is for" in other.fix
    past = datetime.now(UTC) - timedelta(days=1)
    old = authority.issue_cert("127.0.0.1", not_before=past - timedelta(days=1), not_after=past)
    expired = refused(lambda: models_of_tls(old, "https"))
    assert "certificate has expired" in expired.problem
    assert "renew" in expired.fix


def test_a_bundle_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    with pytest.raises(InputError, match="REQUESTS_CA_BUNDLE="):
        models_of_tls(None, "https")


def test_the_other_scheme_is_named() -> None:
    plain = refused(lambda: models_of_tls(None, "https"))
    assert "http is spoken there" in plain.problem
    assert "--base-url http://127.0.0.1:" in plain.fix
    safe = refused(lambda: models_of_tls(trustme.CA().issue_cert("127.0.0.1"), "http"))
    assert "https is spoken there" in safe.problem
    assert "--base-url https://127.0.0.1:" in safe.fix


def test_a_server_that_says_itself_that_it_speaks_https_is_believed_only_if_it_does() -> None:
    said = Reply(b"Client sent an HTTP request to an HTTPS server.\n", 400, {"Content-Type": "text/plain"})
    with chat_server(lambda _asked: said, said) as server:
        assert "lists no models" in refused(lambda: models_at(server.base_url)).problem


def compressed(data: bytes, codec: str) -> bytes:
    stream = pa.BufferOutputStream()
    with pa.CompressedOutputStream(stream, codec) as sink:
        sink.write(data)
    return bytes(stream.getvalue().to_pybytes())


LISTING = json.dumps({"data": [{"id": MODEL}]}).encode()
RAW = zlib.compressobj(wbits=-15)
ENCODED = [
    ("br", compressed(LISTING, "brotli")),
    ("zstd", compressed(LISTING, "zstd")),
    ("gzip", gzip.compress(LISTING[:5], mtime=0) + gzip.compress(LISTING[5:], mtime=0)),
    ("deflate", zlib.compress(LISTING)),
    ("deflate", RAW.compress(LISTING) + RAW.flush()),
    ("gzip, br", compressed(gzip.compress(LISTING, mtime=0), "brotli")),
    ("identity", LISTING),
    ("gzip", LISTING),
    ("", gzip.compress(LISTING, mtime=0)),
    ("", compressed(LISTING, "zstd")),
]


@pytest.mark.parametrize(("encoding", "body"), ENCODED)
def test_answers_are_read_in_every_encoding(encoding: str, body: bytes) -> None:
    listing = Reply(body, headers={"Content-Encoding": encoding} if encoding else {})
    with chat_server(lambda _asked: Reply(b""), listing) as server:
        assert models_at(server.base_url) == [MODEL]


@pytest.mark.parametrize(
    ("encoding", "body", "kind"),
    [
        ("br", compressed(LISTING, "brotli")[:-4], ErrorKind.BAD_ANSWER),
        ("zstd", b"no zstd", ErrorKind.BAD_ANSWER),
        ("lzma", b"any", ErrorKind.BAD_ANSWER),
        ("br, " * 50, b"any", ErrorKind.BAD_ANSWER),
        ("zstd", compressed(b" " * 20_000_000, "zstd"), ErrorKind.ANSWER_TOO_LARGE),
    ],
)
def test_what_cannot_be_decompressed_fails_in_words(encoding: str, body: bytes, kind: ErrorKind) -> None:
    from tests.integration.model_servers.test_any_server import request

    async def scenario(base_url: str) -> None:
        async with OpenAIServer([base_url], MODEL) as backend:
            await backend.complete(request({}))

    answer = Reply(body, headers={"Content-Encoding": encoding})
    with chat_server(lambda _asked: answer) as server, pytest.raises(AttemptFailed) as caught:
        asyncio.run(scenario(server.base_url))
    assert caught.value.kind is kind
