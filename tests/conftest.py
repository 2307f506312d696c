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


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Run named files in this process: starting others takes longer than most files do."""
    return 0 if all(Path(argument.partition("::")[0]).is_file() for argument in config.args) else None


@pytest.fixture(scope="session")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled quickstart's run, to be looked at and not to be changed."""
    folder = tmp_path_factory.mktemp("runs") / "quickstart"
    assert run_cli(["run", "quickstart", "--out", str(folder)]) == 0
    return folder
