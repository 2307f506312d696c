"""Worker processes of the runs in this folder start warm."""

from __future__ import annotations

import multiprocessing
from multiprocessing import forkserver

import pytest


@pytest.fixture(scope="session", autouse=True)
def _warm_fork_server() -> None:
    """Start the fork server that all runs of this process share, with what workers need: it loads it once."""
    multiprocessing.get_context("forkserver").set_forkserver_preload(["tests.support.warm_workers"])
    forkserver.ensure_running()
