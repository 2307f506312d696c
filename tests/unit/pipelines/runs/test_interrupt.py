from __future__ import annotations

import subprocess
import sys

import pytest

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
