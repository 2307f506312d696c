"""Files are made durable without a wait for the disk: a power cut is the only thing that would show the difference.

A small run makes about a hundred files durable, several milliseconds each, so that the tests waited for the disk
longer than they computed. Commands in processes of their own do wait.
"""

from __future__ import annotations

import os


def _do_not_wait(descriptor: int) -> None:
    os.fstat(descriptor)  # a closed file is an error, as ever


os.fsync = _do_not_wait
