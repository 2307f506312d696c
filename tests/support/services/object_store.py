"""A server on loopback that speaks S3, and a relay before it whose connections can be cut."""

from __future__ import annotations

import select
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

BUCKET = "bucket"
SECRET = "hush-hush-hush"
_BUFFER = 65_536


@contextmanager
def s3_server() -> Iterator[str]:
    """Serve S3 until the block is left; yield its address."""
    from moto import server as moto

    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def bucket(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Point clients to a server and make an empty bucket, ``s3://bucket``, until the block is left."""
    import s3fs

    use_server(server, monkeypatch)
    system = s3fs.S3FileSystem()
    system.mkdir(BUCKET)
    yield f"s3://{BUCKET}"
    s3fs.S3FileSystem.clear_instance_cache()
    use_server(server, monkeypatch)
    s3fs.S3FileSystem().rm(BUCKET, recursive=True)


def use_server(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let clients that are made from now on use a server, and not try again for long."""
    import s3fs

    names = {"ACCESS_KEY_ID": "testing", "SECRET_ACCESS_KEY": SECRET, "DEFAULT_REGION": "us-east-1"}
    for name, value in (names | {"ENDPOINT_URL": server, "MAX_ATTEMPTS": "1"}).items():
        monkeypatch.setenv(f"AWS_{name}", value)
    s3fs.S3FileSystem.clear_instance_cache()


class Relay:
    """Passes connections on to a server, until they are to be cut."""

    def __init__(self, upstream: str) -> None:
        host, _, port = upstream.rpartition("/")[2].partition(":")
        self._upstream = host, int(port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.bytes_left: int | None = None
        """Bytes of requests that are still passed on; None passes on all."""

    def run(self) -> None:
        """Accept connections until the relay is closed."""
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def close(self) -> None:
        """Accept no more connections."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _pass_on(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._upstream) as server:
            while True:
                for ready in select.select([client, server], [], [])[0]:
                    content = ready.recv(_BUFFER)
                    if ready is client and self.bytes_left is not None:
                        content = content[: self.bytes_left]
                        self.bytes_left -= len(content)
                        if self.bytes_left == 0:  # a reset, not an orderly end
                            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                            return
                    if not content:
                        return
                    (server if ready is client else client).sendall(content)


@contextmanager
def relay(upstream: str) -> Iterator[Relay]:
    """Relay to a server until the block is left."""
    running = Relay(upstream)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.close()
        thread.join()
