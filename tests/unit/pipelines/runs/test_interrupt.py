from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import NoReturn

import pytest

from synthcode.pipelines.runs.interrupt import watch_for_stop

FORKING = """
import os, signal
from synthcode.pipelines.runs.interrupt import watch_for_stop

with watch_for_stop():
    child = os.fork()
    if not child:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(600)
        signal.sigwait([signal.SIGUSR2])
os.kill(child, signal.SIGKILL)
"""


def test_a_block_ends_while_a_child_that_it_forked_lives_on() -> None:
    done = subprocess.run([sys.executable, "-c", FORKING], stderr=subprocess.PIPE, timeout=500)
    assert done.returncode == 0, done.stderr.decode()


TWO_SIGNALS = """
import os, signal, sys
from synthcode.pipelines.runs.interrupt import StopRequest, watch_for_stop

LINES = int(sys.argv[1])
lines = 0

def signal_again(frame, event, argument):
    # The second signal comes before one line of the first one's handler: another one in each round.
    global lines
    if event == "call" and not frame.f_code.co_filename.endswith(("interrupt.py", "threading.py")):
        return None
    if event == "line":
        lines += 1
        if lines == LINES:
            os.kill(os.getpid(), signal.SIGTERM)
    return signal_again

said = []
with watch_for_stop(said.append) as stop:
    sys.settrace(signal_again)
    os.kill(os.getpid(), signal.SIGTERM)
    sys.settrace(None)
    assert stop.is_set()
assert said
print(lines)
"""


def stopped_twice(line: int) -> int:
    """Send SIGTERM, and again before a line of what the first one runs; return how many lines that are."""
    done = subprocess.run([sys.executable, "-c", TWO_SIGNALS, str(line)], capture_output=True, timeout=100)
    assert done.returncode == 0, done.stderr.decode()
    return int(done.stdout)


def test_a_second_signal_at_any_point_of_the_first_ones_handler_changes_nothing() -> None:
    """Slurm signals the script of a job and its processes; the script passes it on a moment later."""
    lines = stopped_twice(0)
    assert lines > 5
    for line in range(1, lines + 1):
        stopped_twice(line)


def test_a_signal_while_a_line_is_written_is_not_lost() -> None:
    def announce(line: str) -> NoReturn:
        raise RuntimeError("reentrant call inside <_io.BufferedWriter name='<stderr>'>")

    with watch_for_stop(announce) as stop:
        signal.raise_signal(signal.SIGTERM)
        assert stop.is_set()


def test_a_wait_ends_with_a_request() -> None:
    started = time.monotonic()
    with watch_for_stop() as stop:
        signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGTERM))
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        stop.wait(300)
    assert time.monotonic() - started < 100


IMPORTING = """
import os, signal, sys
from synthcode.pipelines.runs.interrupt import stop_at_once

class Interrupting:
    def find_spec(self, name, path, target=None):
        if name == "colorsys":
            os.kill(os.getpid(), signal.Signals[sys.argv[1]])

print("data")
with stop_at_once():
    sys.meta_path.insert(0, Interrupting())
    import colorsys
"""


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_an_import_is_not_left_by_an_exception(name: str, code: int) -> None:
    """A compiled module that is being loaded may crash on one."""
    done = subprocess.run([sys.executable, "-c", IMPORTING, name], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (code, "data\n")
    assert done.stderr == "stopped; everything that was finished is stored\nrun the same command again to go on\n"
