"""How long programs are: histograms over lengths that double every two bins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

BINS_PER_DOUBLING = 2
WIDTH, HEIGHT, BASE = 250.0, 84.0, 16.0
"""Pixels of a histogram, and those below it for its scale."""


@dataclass(frozen=True)
class Bar:
    """A bin of the translations, in pixels."""

    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True)
class Histogram:
    """Translations into a language as bars, their seeds as an outline."""

    language: str
    count: int
    median: int
    """Characters."""
    seed_median: int
    bars: tuple[Bar, ...]
    outline: str
    """Points of a polyline."""
    ticks: tuple[tuple[float, str], ...]


def bin_of(length: int) -> int:
    """Return the bin of a length: 1 is in bin 0, 2 in bin 2, 4 in bin 4; square roots of two between them."""
    squared: int = max(1, length) ** BINS_PER_DOUBLING  # exact, unlike a logarithm
    return squared.bit_length() - 1


def edge(number: int) -> float:
    """Return the length at which a bin begins."""
    return float(2 ** (number / BINS_PER_DOUBLING))


def median(lengths: Mapping[int, int]) -> int:
    """Return the lower median of lengths that are counted; 0 of none."""
    seen, half = 0, (sum(lengths.values()) + 1) // 2
    for length in sorted(lengths):
        seen += lengths[length]
        if seen >= half:
            return length
    return 0


def histograms(
    translations: Mapping[str, Mapping[int, int]], seeds: Mapping[str, Mapping[int, int]]
) -> list[Histogram]:
    """Return a histogram of every language, all with the same scales.

    Parameters
    ----------
    translations
        Language -> length in characters -> how many.
    seeds
        The same, of the seeds of these translations.
    """
    pairs = {language: (_shares(translations[language]), _shares(seeds[language])) for language in sorted(translations)}
    bins = [number for pair in pairs.values() for shares in pair for number in shares]
    if not bins:
        return []
    first, last = min(bins), max(bins) + 1
    top = max(share for pair in pairs.values() for shares in pair for share in shares.values())
    scale = _Scale(first, last, top)
    return [
        Histogram(
            language,
            sum(translations[language].values()),
            median(translations[language]),
            median(seeds[language]),
            tuple(scale.bar(number, share) for number, share in sorted(translated.items())),
            scale.outline(of_seeds),
            scale.ticks(),
        )
        for language, (translated, of_seeds) in pairs.items()
    ]


def _shares(lengths: Mapping[int, int]) -> dict[int, float]:
    counts: Counter[int] = Counter()
    for length, count in lengths.items():
        counts[bin_of(length)] += count
    return {number: count / counts.total() for number, count in counts.items()}


@dataclass(frozen=True)
class _Scale:
    first: int
    last: int
    top: float

    def x(self, number: float) -> float:
        return WIDTH * (number - self.first) / (self.last - self.first)

    def y(self, share: float) -> float:
        return (HEIGHT - BASE) * (1 - share / self.top)

    def bar(self, number: int, share: float) -> Bar:
        left, right, y = self.x(number), self.x(number + 1), self.y(share)
        title = f"{edge(number):,.0f} to {edge(number + 1):,.0f} characters: {share:.1%}"
        return Bar(left + 0.5, y, right - left - 1, HEIGHT - BASE - y, title)

    def outline(self, shares: Mapping[int, float]) -> str:
        points = []
        for number in range(self.first, self.last):
            y = self.y(shares.get(number, 0.0))
            points += [f"{self.x(number):.1f},{y:.1f}", f"{self.x(number + 1):.1f},{y:.1f}"]
        return " ".join(points)

    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Return places and labels of powers of two, four at most."""
        whole = [number for number in range(self.first, self.last + 1) if number % BINS_PER_DOUBLING == 0]
        every = max(1, -(-len(whole) // 4))
        return tuple((self.x(number), f"{edge(number):,.0f}") for number in whole[::every])
