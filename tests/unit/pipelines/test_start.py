from __future__ import annotations

import signal
import subprocess
import sys

STARTING = """
import os, signal, sys

class Interrupting:
    def find_spec(self, name, path, target=None):
        if name == "synthcode.pipelines.main":
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)  # tests that a shell runs in the background ignore it
sys.meta_path.insert(0, Interrupting())
from synthcode.pipelines.start import main
main()
"""


def test_ctrl_c_at_the_start_shows_no_traceback() -> None:
    done = subprocess.run([sys.executable, "-c", STARTING], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_the_start_runs_the_command_line() -> None:
    code = "import sys; sys.argv = ['synthcode', '--version']; from synthcode.pipelines.start import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("synthcode, version ")
