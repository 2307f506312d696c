"""The loop over pairs of one draw of problems, compiled by numba: all measures come from one pass."""

from __future__ import annotations

import numpy as np

from synthcode.dedup.kernels.compiled import compiled
from synthcode.evaluation.classification.measures.weighted_items import F64, I32, I64, Bools


@compiled
def _share_of_negatives(first: I32, second: I32, positive: Bools, weights: F64, counts: F64) -> float:
    """Return what the weight of negatives is multiplied by to stay in proportion to that of clones."""
    drawn, given = np.zeros(2), np.zeros(2)
    for pair in range(first.size):
        weight = weights[pair] * counts[first[pair]]
        if first[pair] != second[pair]:
            weight *= counts[second[pair]]
        kind = 1 if positive[pair] else 0
        drawn[kind] += weight
        given[kind] += weights[pair]
    if drawn[0] * drawn[1] * given[1] == 0:
        return 1.0
    return float((drawn[1] / drawn[0]) * (given[0] / given[1]))


@compiled
def measure_pairs(
    first: I32, second: I32, positive: Bools, ends: Bools, weights: F64, counts: F64, above: I64, out: F64
) -> None:
    """Write precision, recall and F1 at each threshold, then AP and ROC-AUC, of pairs that problems are drawn for.

    Pairs stand in descending order of their scores. A pair counts as often as both of its problems were drawn together:
    the bootstrap of networks (Snijders and Borgatti 1999, Connections 22(2)). Negatives are weighted so that there are
    as many for each clone as without a draw: how many there are was chosen, and is not what a sample tells.

    Parameters
    ----------
    first, second
        The problems of each pair. (pairs,)
    positive
        Whether they are clones. (pairs,)
    ends
        Whether the next pair has another score: pairs of one score have no order. (pairs,)
    weights
        Of the pairs, before problems are drawn. (pairs,)
    counts
        How often each problem was drawn. (problems,)
    above
        How many pairs reach each threshold. (thresholds,)
    out
        Filled; NaN where a measure needs pairs of both kinds. (3 * thresholds + 2,)
    """
    share = _share_of_negatives(first, second, positive, weights, counts)
    hits = misses = hits_before = misses_before = precision_sum = area = 0.0
    found, right = np.zeros(above.size), np.zeros(above.size)
    for pair in range(first.size):
        weight = weights[pair] * counts[first[pair]]
        if first[pair] != second[pair]:
            weight *= counts[second[pair]]
        if positive[pair]:
            hits += weight
        else:
            misses += weight * share
        for threshold in range(above.size):
            if pair + 1 == above[threshold]:
                found[threshold], right[threshold] = hits + misses, hits
        if ends[pair]:
            if hits > hits_before:
                precision_sum += (hits - hits_before) * hits / (hits + misses)
            area += (misses - misses_before) * (hits_before + hits) / 2
            hits_before, misses_before = hits, misses
    for threshold in range(above.size):
        precision = right[threshold] / found[threshold] if found[threshold] > 0 else 0.0
        recall = right[threshold] / hits if hits > 0 else 0.0
        total = found[threshold] + hits
        out[3 * threshold] = precision
        out[3 * threshold + 1] = recall
        out[3 * threshold + 2] = 2 * right[threshold] / total if total > 0 else 0.0
    out[-2] = precision_sum / hits if hits > 0 else np.nan
    out[-1] = area / (hits * misses) if hits > 0 and misses > 0 else np.nan
