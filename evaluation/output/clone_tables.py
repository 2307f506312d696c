"""Scores of the pairs of clones of a dataset as Markdown."""

from __future__ import annotations

from synthcode.decimals import decimals
from synthcode.evaluation.classification.clones.clone_scores import ALL
from synthcode.evaluation.encoder import ONLY_EXIT
from synthcode.evaluation.output.frozen_scores import MEANINGS, chosen_table, score_table
from synthcode.evaluation.output.score_sections import Rows, as_list, each_variant, opening
from synthcode.evaluation.results.tables import label
from synthcode.evaluation.results_json import Facts
from synthcode.markdown import markdown_table

_FROZEN = "Frozen vectors: no head was trained to tell clones from other pairs."
KINDS = (
    "AP_random, ROC-AUC_lexical, ...: all positives against the negatives of that kind, weighted so that both sides"
    " count alike; recall_verified: of these positives only"
)


def clone_sections(facts: Facts, rows: Rows) -> list[str]:
    """Return the scores of all variants as sections of ``tables.md``.

    Parameters
    ----------
    facts
        Of the run.
    rows
        Its scores, as ``results.json`` holds them.
    """
    scored = f"clones, split {facts.split}. 95 % intervals by resampled problems."
    sections = [*opening(facts, scored, _FROZEN), *each_variant(facts, rows, variant_sections)]
    return [*sections, as_list([*(MEANINGS[name] for name in ("F1", "F1_oracle")), KINDS])]


def variant_sections(variant: str, rows: Rows) -> list[str]:
    """Return the scores of one variant as sections of ``tables.md``."""
    overall = [row for row in rows if row["query_language"] == ALL]
    return [
        f"## {variant}",
        score_table(overall),
        "What validation chose, and the best threshold of the split itself:",
        chosen_table(overall),
        "AP by pair of languages:",
        _by_languages([row for row in rows if row["query_language"] != ALL and row["metric"] == "AP"]),
    ]


def _by_languages(rows: Rows) -> str:
    exits = sorted({row["exit"] for row in rows})
    cells = {(row["query_language"], row["corpus_language"], row["exit"]): row for row in rows}
    pairs = sorted({key[:2] for key in cells})
    lines = [
        [f"{label(one)}, {label(other)}", f"{cells[one, other, exits[0]]['n']:,}"]
        + [decimals(cells[one, other, exit_]["value"]) for exit_ in exits]
        for one, other in pairs
    ]
    head = ["languages", "pairs", *("AP" if exit_ == ONLY_EXIT else f"exit {exit_}" for exit_ in exits)]
    return markdown_table(head, lines)
