"""Which of several choices no other one beats."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from synthcode.evaluation.retrieval.measures import F64


def on_front(values: F64, costs: F64) -> npt.NDArray[np.bool_]:
    """Return whether each choice is on the Pareto front: no other is as good at the same costs, and better in one.

    Parameters
    ----------
    values
        The larger, the better. (choices,)
    costs
        The smaller, the better. (choices, kinds of cost)
    """
    goals = np.column_stack([-values, costs])
    no_worse = (goals[:, None] <= goals[None]).all(axis=2)
    better = (goals[:, None] < goals[None]).any(axis=2)
    return np.logical_not((no_worse & better).any(axis=0))
