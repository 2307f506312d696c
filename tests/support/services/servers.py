"""Starting the model server that replays MBXP's translations."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
MODEL = "replay-mbxp"


@dataclass(frozen=True)
class ReplayServer:
    """A server that is up."""

    base_url: str

    def stats(self) -> dict[str, Any]:
        """What it saw since it started or was reset."""
        with urllib.request.urlopen(self.base_url.removesuffix("/v1") + "/stats") as answer:
            stats: dict[str, Any] = json.load(answer)
            return stats


def replay_command(*arguments: str) -> list[str]:
    """Return what starts the server on a free port, from ``ROOT``."""
    return [sys.executable, "-m", "tests.support.loopback.model_server", "--port", "0", *arguments]


@contextmanager
def replay_server(*arguments: str) -> Iterator[ReplayServer]:
    """Run the server on a free port until the block is left."""
    with subprocess.Popen(replay_command(*arguments), cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = re.search(r"http://\S+/v1", process.stdout.readline())
            assert address is not None, "the server did not start"
            yield ReplayServer(address.group())
        finally:
            process.terminate()
