"""An OpenAI-compatible chat server that answers translation requests with MBXP's recorded programs.

It stands in for ``vllm serve`` where no GPU and no weights are at hand: real HTTP, real programs, and faults on demand.

    python -m tests.support.loopback.model_server --port 8199                      # well behaved
    python -m tests.support.loopback.model_server --port 8199 --latency-ms 400     # a slow model
    python -m tests.support.loopback.model_server --port 8199 --fail-first 1 --faults 429,500,disconnect,stall,badjson
    python -m tests.support.loopback.model_server --port 8199 --noise 0.2          # a fifth of the answers are unusable
    python -m tests.support.loopback.model_server --port 8199 --fixed 300          # for measuring a client

Endpoints: GET /health, GET /v1/models, POST /v1/chat/completions, GET /metrics (vLLM's names for prompt and generation
tokens), GET /stats (JSON: what this server saw), POST /stats/reset.

The source function's name and body are looked up in the messages. The target language is the last language other than
the source's that the messages name, or the fence of an assistant prefill. A request that matches nothing gets 400.

Faults depend on the request only, so that a run can be repeated: with ``--fail-first N`` each distinct request fails N
times, in the order of ``--faults``, before it is answered.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import contextlib
import hashlib
import json
import re
import time
from pathlib import Path

from tests.support.loopback.recorded_programs import MBXP, NOISE, Library, content_of, spoil, target_language


class Server:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.library = Library(options.data)
        self.faults = [f for f in options.faults.split(",") if f]
        self.fixed_tail = json.dumps(
            {
                "object": "chat.completion",
                "created": 0,
                "model": options.model,
                "choices": [
                    {
                        "index": 0,
                        "message": {
                            "role": "assistant",
                            "content": "```java\n" + "x = 1;\n" * (options.fixed // 2) + "```",
                        },
                        "logprobs": None,
                        "finish_reason": "stop",
                    }
                ],
                "usage": {
                    "prompt_tokens": 300,
                    "completion_tokens": options.fixed,
                    "total_tokens": 300 + options.fixed,
                },
            }
        ).encode()[1:]
        self.slots = asyncio.Semaphore(options.max_running) if options.max_running else None
        self.reset()

    def reset(self) -> None:
        self.attempts: collections.Counter[str] = collections.Counter()
        self.answered: collections.Counter[str] = collections.Counter()
        self.statuses: collections.Counter[str] = collections.Counter()
        self.running = self.peak = self.aborted = 0
        self.prompt_tokens = self.generation_tokens = 0
        self.started = time.time()

    def stats(self) -> dict:
        return {
            "requests": sum(self.attempts.values()),
            "distinct": len(self.attempts),
            "answered": sum(self.answered.values()),
            "answered_distinct": len(self.answered),
            "answered_again": sum(self.answered.values()) - len(self.answered),
            "statuses": dict(self.statuses),
            "aborted": self.aborted,
            "running": self.running,
            "peak_running": self.peak,
            "prompt_tokens": self.prompt_tokens,
            "generation_tokens": self.generation_tokens,
            "seconds": round(time.time() - self.started, 3),
        }

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.decode("latin-1").split("\r\n")
                method, path, _ = lines[0].split(" ", 2)
                headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:]) if k}
                body = await self.read_body(reader, headers)
                status, kind, payload = await self.route(method, path.split("?")[0], body, reader)
                if status is None:
                    break
                self.statuses[str(status)] += 1
                extra = "Retry-After: 0\r\n" if status == 429 else ""
                writer.write(
                    f"HTTP/1.1 {status} {'OK' if status == 200 else 'Error'}\r\nContent-Type: {kind}\r\n"
                    f"Content-Length: {len(payload)}\r\n{extra}Connection: keep-alive\r\n\r\n".encode()
                    + payload
                )
                await writer.drain()
                if headers.get("connection", "").lower() == "close":
                    break
        except (asyncio.IncompleteReadError, ConnectionError, ValueError):
            pass
        finally:
            writer.close()

    @staticmethod
    async def read_body(reader: asyncio.StreamReader, headers: dict) -> bytes:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            parts = []
            while size := int((await reader.readline()).split(b";")[0], 16):
                parts.append(await reader.readexactly(size))
                await reader.readline()
            await reader.readline()
            return b"".join(parts)
        return await reader.readexactly(int(headers.get("content-length", 0)))

    async def route(self, method: str, path: str, body: bytes, reader: asyncio.StreamReader):
        if method == "GET" and path in ("/health", "/ping"):
            return 200, "text/plain", b""
        if method == "GET" and path == "/v1/models":
            card = {
                "id": self.options.model,
                "object": "model",
                "created": 0,
                "owned_by": "replay",
                "max_model_len": 8192,
            }
            return 200, "application/json", json.dumps({"object": "list", "data": [card]}).encode()
        if method == "GET" and path == "/stats":
            return 200, "application/json", json.dumps(self.stats()).encode()
        if method == "POST" and path == "/stats/reset":
            self.reset()
            return 200, "application/json", b"{}"
        if method == "GET" and path == "/metrics":
            text = (
                f'vllm:prompt_tokens_total{{model_name="{self.options.model}"}} {self.prompt_tokens}\n'
                f'vllm:generation_tokens_total{{model_name="{self.options.model}"}} {self.generation_tokens}\n'
            )
            return 200, "text/plain; version=0.0.4", text.encode()
        if method == "POST" and path == "/v1/chat/completions":
            return await self.complete(body, reader)
        return self.error(404, f"no such endpoint: {method} {path}")

    @staticmethod
    def error(status: int, message: str):
        body = {"error": {"message": message, "type": "BadRequestError", "param": None, "code": status}}
        return status, "application/json", json.dumps(body).encode()

    async def complete(self, body: bytes, reader: asyncio.StreamReader):
        try:
            request = json.loads(body)
            messages = request["messages"]
            text = "\n".join(content_of(m) for m in messages)
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            return self.error(400, f"not a chat completion request: {problem}")
        if request.get("model") != self.options.model:
            return self.error(404, f"The model `{request.get('model')}` does not exist.")
        key = hashlib.sha256(
            json.dumps([messages, request.get("seed"), request.get("temperature")]).encode()
        ).hexdigest()
        attempt = self.attempts[key]
        self.attempts[key] += 1
        self.running += 1
        self.peak = max(self.peak, self.running)
        try:
            if self.slots:
                async with self.slots:
                    return await self.answer(request, messages, text, key, attempt)
            return await self.answer(request, messages, text, key, attempt)
        except asyncio.CancelledError:
            self.aborted += 1
            raise
        finally:
            self.running -= 1

    def fixed_answer(self, key: str) -> bytes:
        self.answered[key] += 1
        self.generation_tokens += self.options.fixed
        return b'{"id":"chatcmpl-%s",%s' % (key[:24].encode(), self.fixed_tail)

    async def answer(self, request: dict, messages: list[dict], text: str, key: str, attempt: int):
        if attempt < self.options.fail_first and self.faults:
            fault = self.faults[(int(key[:8], 16) + attempt) % len(self.faults)]
            if fault == "disconnect":
                return None, "", b""
            if fault == "stall":
                await asyncio.sleep(self.options.stall_s)
                return None, "", b""
            if fault == "badjson":
                return 200, "application/json", b'{"id": "x", "choices": [{"mess'
            return self.error(int(fault), "the server is overloaded, try again" if fault == "429" else "internal error")
        if self.options.latency_ms:
            spread = 0.5 + int(key[8:12], 16) / 65535  # 0.5 to 1.5 times, fixed for a request
            await asyncio.sleep(self.options.latency_ms / 1000 * spread)
        if self.options.fixed:
            return 200, "application/json", self.fixed_answer(key)
        number, language = self.library.find_seed(text), target_language(messages)
        if number is None or language is None:
            return self.error(400, f"replay: no recorded program for this request (seed {number}, language {language})")
        code = self.library.answers.get((number, language))
        if code is None:
            content, finish = "I cannot translate this one.", "stop"
        elif int(key[12:20], 16) / 0xFFFFFFFF < self.options.noise:
            source = re.search(r"```[a-z]*\n(.*?)```", text, re.S)
            content, finish = spoil(
                NOISE[int(key[20:24], 16) % len(NOISE)], code, source.group(1) if source else text[-400:]
            )
        elif messages[-1].get("role") == "assistant":
            content, finish = f"{code}\n```", "stop"
        else:
            content, finish = f"Here is the {language} version:\n\n```{language}\n{code}\n```\n", "stop"
        for stop in [request["stop"]] if isinstance(request.get("stop"), str) else request.get("stop") or []:
            if stop and stop in content:
                content = content[: content.index(stop)]
        limit = request.get("max_completion_tokens") or request.get("max_tokens")
        pieces = re.findall(r"\s*\S{1,4}", content)  # about four characters a token
        if limit and len(pieces) > limit:
            content, finish, pieces = "".join(pieces[:limit]), "length", pieces[:limit]
        used = len(text) // 4
        self.prompt_tokens += used
        self.generation_tokens += len(pieces)
        self.answered[key] += 1
        answer = {
            "id": f"chatcmpl-{key[:24]}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": self.options.model,
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": content},
                    "logprobs": None,
                    "finish_reason": finish,
                    "stop_reason": None,
                }
            ],
            "usage": {"prompt_tokens": used, "completion_tokens": len(pieces), "total_tokens": used + len(pieces)},
        }
        return 200, "application/json", json.dumps(answer).encode()


async def serve(options: argparse.Namespace) -> None:
    server = Server(options)
    listener = await asyncio.start_server(server.handle, options.host, options.port, limit=2**24, backlog=4096)
    port = listener.sockets[0].getsockname()[1]
    print(
        f"replay server on http://{options.host}:{port}/v1 model {options.model} "
        f"programs {len(server.library.answers)}",
        flush=True,
    )
    async with listener:
        await listener.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8199, help="0 picks a free one and prints it")
    parser.add_argument("--data", type=Path, default=MBXP, help="a folder with releases of MBXP")
    parser.add_argument("--model", default="replay-mbxp")
    parser.add_argument("--latency-ms", type=float, default=0.0, help="mean time to answer")
    parser.add_argument(
        "--max-running", type=int, default=0, help="answers worked on at once; the rest queue (0: no bound)"
    )
    parser.add_argument(
        "--fail-first", type=int, default=0, help="how often each distinct request fails before it is answered"
    )
    parser.add_argument("--faults", default="429,500,disconnect", help="of 429, 500, 503, disconnect, stall, badjson")
    parser.add_argument("--stall-s", type=float, default=30.0, help="how long a stalled request hangs")
    parser.add_argument(
        "--fixed",
        type=int,
        default=0,
        help="answer everything with one program of about so many tokens, unmatched: for throughput",
    )
    parser.add_argument("--noise", type=float, default=0.0, help="share of answers that are not usable translations")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
