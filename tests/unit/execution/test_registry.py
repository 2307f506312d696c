from __future__ import annotations

from contextlib import closing

import pytest

from synthcode.errors import InputError
from synthcode.execution.processes import ProcessExecutor
from synthcode.execution.ray.cluster import RayExecutor
from synthcode.execution.registry import ExecutorConfig, open_executor, require_executor


def test_executors_are_opened_by_name() -> None:
    with closing(open_executor(ExecutorConfig(workers=3))) as executor:
        assert isinstance(executor, ProcessExecutor)
        assert executor.workers == 3


def test_an_executor_of_other_machines_gets_its_address() -> None:
    with closing(open_executor(ExecutorConfig("ray:10.0.0.1:6379", workers=7))) as executor:
        assert isinstance(executor, RayExecutor)
        assert executor.workers == 7
        assert executor._address == "10.0.0.1:6379"


@pytest.mark.parametrize(
    ("name", "problem"),
    [("threads:10.0.0.1", "the executor threads takes no address"), ("ray:", "ray: has no address")],
)
def test_wrong_addresses_are_refused(name: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        open_executor(ExecutorConfig(name))


def test_unknown_executors_are_refused() -> None:
    require_executor("ray:10.0.0.1:6379")
    with pytest.raises(InputError, match="raj"):
        require_executor("raj:10.0.0.1:6379")
