"""Commands in processes of their own that stand still at one moment, so that a signal meets them just there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LIMIT_S = 500

_PROGRAM = """
import os, sys
root, moment, pipe = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
sys.argv = ["synthcode", *sys.argv[4:]]
seen, pid = 0, os.getpid()

def stand_still(event, arguments):
    global seen
    if event not in ("open", "os.rename", "os.mkdir") or os.getpid() != pid:
        return
    path = arguments[1] if event == "os.rename" else arguments[0]
    if not isinstance(path, (str, os.PathLike)) or not os.fspath(path).startswith(root):
        return
    seen += 1
    if seen == moment:
        os.write(pipe, b"here\\n")
        sys.stdin.read()  # until the signal has come

import atexit
atexit.register(lambda: os.write(pipe, b"end %d\\n" % seen))
sys.addaudithook(stand_still)
from synthcode.pipelines.main import main
main()
"""


@dataclass(frozen=True)
class Stopped:
    """What came of a command."""

    exit_code: int
    stderr: str
    moments: int
    """How often it opened, renamed or made something below the folder."""
    was_reached: bool
    """Whether the moment came, at which the signal was sent."""


def run_to(
    moment: int, root: Path | str, command: Sequence[str], number: signal.Signals | None = None, *, below: bool = True
) -> Stopped:
    """Run a command; send its whole process group a signal when it opens, renames or makes something below a folder.

    Parameters
    ----------
    moment
        Which of these moments, from 1 on; 0 for none.
    root
        The folder.
    command
        Arguments of ``synthcode``.
    number
        The signal.
    below
        Whether ``root`` is a folder; otherwise it is what the paths begin with.
    """
    reading, writing = os.pipe()
    arguments = [
        sys.executable,
        "-c",
        _PROGRAM,
        f"{root}/" if below else str(root),
        str(moment),
        str(writing),
        *command,
    ]
    with open(reading, encoding="ascii") as pipe:
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            pass_fds=[writing],
            start_new_session=True,
        )
        os.close(writing)
        first = pipe.readline()
        was_reached = first == "here\n"
        if was_reached and number is not None:
            os.killpg(process.pid, number)
        _, said = process.communicate(timeout=LIMIT_S)
        last = pipe.read() if was_reached else first
    return Stopped(process.returncode, said, int(last.split()[1]) if last.startswith("end") else 0, was_reached)
