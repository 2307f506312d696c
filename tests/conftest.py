"""What tests share: settings of Hypothesis and of pytest-xdist, and the quickstart's run."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from synthcode.pipelines.main import run_cli
from tests.support.required_tests import pytest_runtest_makereport

__all__ = ["pytest_runtest_makereport"]

# A machine that others use too takes its time: slowness is measured in benchmarks/, and no failure here.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

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


@pytest.fixture(scope="session")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled quickstart's run, to be looked at and not to be changed."""
    folder = tmp_path_factory.mktemp("runs") / "quickstart"
    assert run_cli(["run", "quickstart", "--out", str(folder)]) == 0
    return folder
