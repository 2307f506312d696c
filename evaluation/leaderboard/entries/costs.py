"""What results hold of the cost of an entry."""

from __future__ import annotations

import math

from synthcode.errors import InputError
from synthcode.evaluation.leaderboard.content import Cost, Entry
from synthcode.evaluation.leaderboard.entries.folders import AGAIN
from synthcode.evaluation.leaderboard.entries.names import Encoder
from synthcode.evaluation.results_json import Facts, damaged_files
from synthcode.evaluation.retrieval.compressed.compression import Compression
from synthcode.reporting.scores import Cost as ExitCost
from synthcode.reporting.scores import read_costs
from synthcode.schemas.results import COSTS_NAME
from synthcode.vocabulary import PRECISIONS


class Costs:
    """The costs of an encoder.

    Parameters
    ----------
    encoder
        With its results.

    Raises
    ------
    InputError
        If a file of costs is damaged.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._name = encoder.name
        self._by_exit: dict[tuple[str, int], ExitCost] = {}
        self._seconds: float | None = None
        for folder, facts in encoder.results:
            if damaged_files(folder, facts, [COSTS_NAME]):
                raise InputError(f"{folder / COSTS_NAME} is damaged or was changed", AGAIN)
            self._by_exit |= read_costs(folder / COSTS_NAME, encoder.name)
            self._seconds = self._seconds or _seconds_per_1000(facts)

    def of(self, entry: Entry) -> Cost:
        """Return what is known of an entry of this encoder.

        The time is that of the exit if it was measured; otherwise it is that of encoding, which computes all exits.
        """
        known = self._by_exit.get((self._name, entry.exit))
        if known is None:
            return Cost(None, _bytes_per_vector(entry), self._seconds)
        seconds = round(1000 / known.texts_per_s, 4) if known.texts_per_s else self._seconds
        return Cost(known.parameters, _bytes_per_vector(entry), seconds)


def _bytes_per_vector(entry: Entry) -> int | None:
    precision = next((name for name in PRECISIONS if name == entry.precision), None)
    if entry.dims is None or precision is None:
        return None
    return Compression(entry.dims, precision).bytes_per_vector


def _seconds_per_1000(facts: Facts) -> float | None:
    rate = facts.speed.get("texts_per_s")
    return round(1000 / rate, 4) if rate and math.isfinite(rate) and rate > 0 else None
