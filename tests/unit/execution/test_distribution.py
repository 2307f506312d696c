from __future__ import annotations

from typing import Any, cast

import pytest

from synthcode.execution.distribution import anywhere, elsewhere, elsewhere_if_faster
from synthcode.execution.executor import Executor, default_workers
from synthcode.execution.threads import ThreadExecutor


class OnNodes(ThreadExecutor):
    """Says that it has other machines."""

    def map_distributed(self, function: Any, batches: Any, /) -> Any:
        return self.map_shared(function, batches)


def on_nodes(workers: int) -> Executor:
    return cast("Executor", OnNodes(workers))


def test_threads_are_of_this_machine() -> None:
    executor = ThreadExecutor(default_workers() + 1)
    assert elsewhere(executor) is None
    assert elsewhere_if_faster(executor) is None
    assert anywhere(executor) == executor.map_shared


@pytest.mark.parametrize(("more", "is_faster"), [(0, False), (1, True)])
def test_other_machines_are_faster_if_they_have_more_processors(more: int, is_faster: bool) -> None:
    executor = on_nodes(default_workers() + more)
    assert elsewhere(executor) is not None
    assert anywhere(executor) == elsewhere(executor)
    assert (elsewhere_if_faster(executor) is not None) is is_faster
