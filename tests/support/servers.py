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


@contextmanager
def replay_server(tools: Path, *arguments: str) -> Iterator[ReplayServer]:
    """Run the server on a free port until the block is left."""
    command = [sys.executable, str(tools / "replay_llm_server.py"), "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = re.search(r"http://\S+/v1", process.stdout.readline())
            assert address is not None, "the server did not start"
            yield ReplayServer(address.group())
        finally:
            process.terminate()
