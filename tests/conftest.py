"""What tests share: the folders of real programs and of servers, which are no part of the project."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from synthcode.pipelines.main import run_cli

# A machine that others use too takes its time: slowness is measured in benchmarks/, and no failure here.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

SHARED = Path(__file__).resolve().parents[2] / "shared"


def _shared(folder: str) -> Path:
    path = SHARED / folder
    if not path.is_dir():
        pytest.skip(f"needs {folder} in a folder 'shared' beside the checkout")
    return path


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real programs: MBXP and syntax verdicts."""
    return _shared("data")


@pytest.fixture(scope="session")
def shared_tools() -> Path:
    """Servers on loopback that stand in for a model and for the Hub."""
    return _shared("tools")


@pytest.fixture(scope="session")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled quickstart's run, to be looked at and not to be changed."""
    folder = tmp_path_factory.mktemp("runs") / "quickstart"
    assert run_cli(["run", "quickstart", "--out", str(folder)]) == 0
    return folder
