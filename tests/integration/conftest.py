"""Worker processes of the runs in this folder start warm, similar pictures are drawn once, and no test changes what
signals do in the next one."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from multiprocessing import forkserver

import pytest

from synthcode.evaluation.plots import heatmap
from tests.support.datasets.drawn_once import drawn_once


@pytest.fixture(scope="session", autouse=True)
def _warm_fork_server() -> None:
    """Start the fork server that all runs of this process share, with what workers need: it loads it once."""
    multiprocessing.get_context("forkserver").set_forkserver_preload(["tests.support.suite.warm_workers"])
    forkserver.ensure_running()


@pytest.fixture(scope="session", autouse=True)
def _draw_similar_heatmaps_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # what its processes share
        folder = folder.parent
    drawings = folder / "heatmaps"
    drawings.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(heatmap, "draw_heatmap", drawn_once(heatmap.draw_heatmap, drawings))
        yield


@pytest.fixture
def no_toolchains(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have ``doctor`` try no compiler: that takes ten seconds, and is the subject of other tests."""
    monkeypatch.setattr("synthcode.verification.sandboxes.sandbox.why_no_sandbox", lambda: "not in this test")


@pytest.fixture(autouse=True)
def _same_signal_handlers() -> Iterator[None]:
    """A run that a test stops twice may be left before it has put all handlers back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
