"""Options of the commands that compare results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from synthcode.vocabulary import MAIN_METRIC, METRICS


def metric_option(does: str) -> Callable[[Any], Any]:
    """Return ``--metric``, whose help begins with what the metric does: ``to compare``."""
    return click.option(
        "--metric",
        metavar="M",
        help=(
            f"The metric {does}: one of {', '.join(METRICS)}; of clones and classification a name in metrics.csv, such"
            f" as F1 or AP_lexical. Default: {MAIN_METRIC}; AP, MAP@R or the accuracy."
        ),
    )


def resamples_option(of: str) -> Callable[[Any], Any]:
    """Return ``--resamples``, whose help ends with what is resampled."""
    return click.option(
        "--resamples",
        default=10_000,
        show_default=True,
        type=click.IntRange(100, 100_000),
        help=f"Resamples of {of}.",
    )
