"""Progress on a terminal of 80 columns, and on a pipe."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

COLUMNS = 80
WORK = """
from synthcode.pipelines.commands.terminal import TerminalReporter

with TerminalReporter().progress({label!r}, {total}) as bar:
    bar.advance(1_234_567, {note!r})
"""
NOTE = (
    "12,345 failed, 64 at once, 7.8 requests/s, 1,234 tokens/s, 87% of prompts cached\nlast error: [bold]rate\x1b[2Jx"
)


def on_terminal(label: str, total: int | None, note: str) -> list[str]:
    """Return the lines that a terminal of 80 columns shows, without colours."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    kept = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES", "NO_COLOR")}
    command = [sys.executable, "-c", WORK.format(label=label, total=total, note=note)]
    with subprocess.Popen(command, stderr=theirs, env={**kept, "TERM": "xterm"}) as process:
        os.close(theirs)
        printed = b""
        with contextlib.suppress(OSError), open(ours, "rb", buffering=0) as terminal:  # EIO: the other end is closed
            while piece := terminal.read(65_536):
                printed += piece
    assert process.returncode == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", printed.decode())
    return [line.rstrip() for line in re.split(r"[\r\n]+", text) if line.strip()]


def test_80_columns_hold_all_figures_and_the_error_a_line_of_its_own() -> None:
    lines = on_terminal("translate", 7_654_321, NOTE)
    assert max(map(len, lines)) <= COLUMNS
    figures = [line for line in lines if "1,234,567/7,654,321" in line]
    assert figures
    assert re.search(r"^translate +\S+ 1,234,567/7,654,321 for 0:00:\d\d left (\d:\d\d:\d\d|-:--:--)$", figures[-1])
    after = lines[len(lines) - lines[::-1].index(figures[-1]) :]
    assert after[0].startswith("  12,345 failed, 64 at once, 7.8 requests/s, 1,234 tokens/s")
    assert after[1].startswith("  last error: [bold]rate")


def test_a_long_label_and_an_unknown_total_leave_the_count(  # as of an encoder's name
) -> None:
    lines = on_terminal("encode sentence-transformers/all-MiniLM-L6-v2", None, "")
    assert max(map(len, lines)) <= COLUMNS
    assert any(re.search(r"^encode sentence-\S* +\S* *1,234,567 for 0:00:\d\d$", line) for line in lines)


def test_a_pipe_gets_lines_with_the_total_and_the_time_that_is_left() -> None:
    often = "from synthcode.pipelines.commands import terminal\nterminal.SECONDS_BETWEEN_LINES = 0\n"
    first = WORK.format(label="verify", total=7_654_321, note="")
    work = f"{often}{first}    bar.advance(1, {NOTE!r})\n"
    done = subprocess.run([sys.executable, "-c", work], capture_output=True, text=True, check=True)
    before, after = done.stderr.split("\n", 1)
    assert before == "verify: 1,234,567 of 7,654,321, left -:--:--"  # what came before them says nothing
    figures, remarks = after.split("; ", 1)
    assert re.fullmatch(r"verify: 1,234,568 of 7,654,321, left \d+(?: days?, \d+)?:\d\d:\d\d", figures)
    assert remarks.startswith("12,345 failed, 64 at once")
