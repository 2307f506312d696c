from __future__ import annotations

import subprocess
import sys

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
