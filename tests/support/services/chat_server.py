"""A chat server on loopback that answers whatever a test wants: real HTTP, in threads of this process."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "m"


@dataclass(frozen=True)
class Reply:
    """One HTTP answer."""

    body: Any
    """Bytes as they are; anything else as JSON."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """One request for a completion."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        """All that the messages say."""
        return "\n".join(message["content"] for message in self.body["messages"])


Answer = Callable[[Asked], Reply]


class ChatServer:
    """A server that is up; ``answer`` may be replaced while it is."""

    def __init__(self, answer: Answer, listing: Reply) -> None:
        self.answer = answer
        self.listing = listing
        self.asked: list[Asked] = []
        self.base_url = ""


def completion(text: str | None, finish_reason: str | None = "stop", **more: Any) -> dict[str, Any]:
    """Return the body of an answer; ``more`` adds to it, ``message`` to its message, ``choice`` to its choice."""
    message = {"role": "assistant", "content": text, **more.pop("message", {})}
    choice = {"index": 0, "message": message, "finish_reason": finish_reason, **more.pop("choice", {})}
    return {"choices": [choice], **more}


@contextmanager
def chat_server(answer: Answer, listing: Reply | None = None) -> Iterator[ChatServer]:
    """Serve on a free port until the block is left. Models are listed by ``listing``, or there is the model ``m``."""
    state = ChatServer(answer, listing or Reply({"data": [{"id": MODEL}]}))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._send(state.listing if self.path.startswith("/v1/models") else Reply({"detail": "Not Found"}, 404))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked = Asked(self.path, dict(self.headers), body)
            state.asked.append(asked)
            self._send(state.answer(asked))

        def _send(self, reply: Reply) -> None:
            data = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.base_url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
