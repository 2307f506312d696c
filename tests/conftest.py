"""What tests share: settings of Hypothesis and of pytest-xdist, and the quickstart's run."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from synthcode.pipelines.main import run_cli
from tests.support.runs import no_power_cuts  # noqa: F401 - for what it changes
from tests.support.suite.marked_tests import pytest_collection_modifyitems, pytest_ignore_collect
from tests.support.suite.required_tests import pytest_runtest_makereport

__all__ = ["pytest_collection_modifyitems", "pytest_ignore_collect", "pytest_runtest_makereport"]

# A machine that others use too takes its time: slowness is measured in benchmarks/, and no failure here. Examples
# are the same each time, so that no change fails by chance; --hypothesis-profile drawn draws others.
settings.register_profile("drawn", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("unhurried", settings.get_profile("drawn"), derandomize=True)
settings.load_profile("unhurried")

# Tiny models: a thread for each core would wait for the others most of the time, in every process of the tests.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Bytecode is stored, also where the environment says otherwise: the tests start hundreds of commands and processes, and
# each would compile the code base anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

MOST_PROCESSES = 4
"""Each of them imports what its files need: more would take the memory of a small machine."""


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Run folders in up to four processes, a file's tests in one of them, unless ``-n`` or ``--dist`` says otherwise.

    Named files run in this process: starting others takes longer than most files do.
    """
    options = config.option
    if not config.pluginmanager.hasplugin("xdist") or hasattr(config, "workerinput"):
        return
    if options.numprocesses is None and not all(Path(name.partition("::")[0]).is_file() for name in config.args):
        options.numprocesses = "auto"
        options.maxprocesses = options.maxprocesses or MOST_PROCESSES
    if options.numprocesses and options.dist == "no":
        options.dist = "loadfile"
        options.maxworkerrestart = options.maxworkerrestart or "1"  # which is given the test that hung
        options.loadscopereorder = False  # the longest files come first by testpaths: the processes end together


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Return one process a core, and one more: many tests wait for a server or a command meanwhile.

    Each process collects the tests and imports what they need: half a minute of the processor.
    """
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return len(os.sched_getaffinity(0)) + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for garbage only in what the tests make: modules and thousands of collected tests stay to the end.

    To look through those again and again took a third of the time of tests that train.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _share_examinations(tmp_path_factory: pytest.TempPathFactory) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        from tests.support.suite.shared_examinations import share_examinations  # it imports all of verification

        share_examinations(tmp_path_factory.getbasetemp().parent / "examinations")


@pytest.fixture(scope="session")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled quickstart's run, made once for all processes: to be looked at or copied, and not to be changed."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    run, finished = folder / "quickstart", folder / "quickstart.finished"
    with FileLock(folder / "quickstart.lock"):
        if not finished.exists():
            assert run_cli(["run", "quickstart", "--out", str(run), "--workers", "2"]) == 0
            finished.touch()
    return run
