"""The card of a trained model: its data, settings, scores and costs by exit, and its limits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from synthcode.decimals import decimals
from synthcode.evaluation.training.classifiers.opening import ExampleCounts
from synthcode.evaluation.training.pairs.counts import DataCounts
from synthcode.evaluation.training.runs.folder import TrainingRecord
from synthcode.evaluation.training.runs.task_settings import ITEMS, used_tree
from synthcode.evaluation.training.runs.validation.curves import Curves
from synthcode.evaluation.training.runs.validation.scoring import ScoreKey
from synthcode.evaluation.training.settings import TrainingSettings
from synthcode.languages import LANGUAGES
from synthcode.markdown import code, fenced, markdown_table, prose
from synthcode.publishing.card.escaping import yaml_block
from synthcode.sanitize import short_path
from synthcode.seeds.adapters.benchmarks import split_benchmark
from synthcode.templates import environment, template_folder
from synthcode.vocabulary import TrainingTask

if TYPE_CHECKING:
    from synthcode.evaluation.cost import ExitSize

TAGS = ("multi-exit", "self-distillation", "synthcode")
_TASK_TAGS: dict[TrainingTask, tuple[str, ...]] = {
    "retrieval": ("code", "code-retrieval"),
    "clones": ("code", "clone-detection"),
    "classification": ("code", "code-classification"),
}
MOST_LABELS = 20
"""That a card lists."""


def model_card(
    *,
    name: str,
    settings: TrainingSettings,
    record: TrainingRecord,
    counts: DataCounts | ExampleCounts,
    curves: Curves,
    sizes: Sequence[ExitSize],
) -> str:
    """Return ``README.md``: the same facts give the same bytes. Paths of this machine are shortened."""
    jinja = environment(template_folder("data_cards"))
    jinja.filters |= {"prose": prose, "code": code, "fenced": fenced, "count": "{:,}".format, "short": short_path}
    base = None if settings.base is None else short_path(_name(settings.base))
    template = "model.md.jinja" if settings.task == "retrieval" else "classifier.md.jinja"
    text = jinja.get_template(template).render(
        front_matter=yaml_block(_front_matter(settings, record)),
        name=name,
        base=base,
        exits=[size.exit for size in sizes],
        is_mose=_is_mose(settings),
        record=record,
        counts=counts,
        task=settings.task,
        original=settings.data.original,
        metric=curves.metric,
        scores=_scores_table(curves, int(record.outcome.get("step", 0))),
        before_words="before training and after" if 0 in curves.validated else "after training",
        costs=_costs_table(sizes),
        cost_tokens=sizes[0].tokens if sizes else 0,
        languages=_languages_table(counts),
        labels="" if isinstance(counts, DataCounts) else _labels_table(counts),
        left_out="" if isinstance(counts, ExampleCounts) else _left_out(counts),
        outcome_words=_outcome_words(record, settings),
        settings=yaml.safe_dump(_public(settings), sort_keys=False, allow_unicode=True),
        window=settings.optimiser.max_tokens,
    )
    return text.rstrip() + "\n"


def _is_mose(settings: TrainingSettings) -> bool:
    return settings.base is None or settings.base.startswith("mose:")


def _name(base: str) -> str:
    """Return a base without its kind."""
    return base.partition(":")[2] or base


def _front_matter(settings: TrainingSettings, record: TrainingRecord) -> dict[str, Any]:
    base = "" if settings.base is None else _name(settings.base)
    return {
        **({"base_model": base} if _is_hub_name(base) else {}),
        **({"datasets": [record.dataset]} if _is_hub_name(record.dataset) else {}),
        "language": ["en", "code"],
        **({} if _is_mose(settings) else {"library_name": "sentence-transformers"}),
        "pipeline_tag": "feature-extraction" if settings.task == "retrieval" else "text-classification",
        "tags": [*_TASK_TAGS[settings.task], *TAGS],
    }


def _is_hub_name(name: str) -> bool:
    """Tell a repository from a folder of this machine."""
    owner, slash, rest = name.partition("/")
    is_name = bool(owner and slash and rest) and "/" not in rest and not name.startswith((".", "~"))
    return is_name and not Path(name).exists()


def _scores_table(curves: Curves, step: int) -> str:
    """Return scores by exit, before and after; empty if there are none."""
    after, before = curves.scores(step), curves.scores(0) if step else {}
    kinds = sorted({(key.task, key.variant) for key in after})
    exits = sorted({key.exit for key in after})
    if not after:
        return ""
    rows = [
        [str(exit_), *(_before_and_after(ScoreKey(exit_, *kind), before, after) for kind in kinds)] for exit_ in exits
    ]
    return markdown_table(["exit", *(f"{task} {variant}" for task, variant in kinds)], rows)


def _before_and_after(key: ScoreKey, before: dict[ScoreKey, float], after: dict[ScoreKey, float]) -> str:
    return f"{decimals(before[key])} / {decimals(after[key])}" if key in before else decimals(after[key])


def _costs_table(sizes: Sequence[ExitSize]) -> str:
    deepest = sizes[-1].flops_per_token
    rows = [
        [str(size.exit), f"{size.parameters:,}", f"{size.flops_per_token:.3g}", f"{size.flops_per_token / deepest:.0%}"]
        for size in sizes
    ]
    return markdown_table(["exit", "parameters", "operations a token", "of the deepest"], rows)


def _left_out(counts: DataCounts) -> str:
    return ", ".join(f"{code(_short_holdout(one.dataset))} ({one.programs:,} programs)" for one in counts.left_out)


def _labels_table(counts: ExampleCounts) -> str:
    """Return how many inputs have each label; of many labels, the most frequent ones."""
    ranked = sorted(counts.examples.items(), key=lambda one: (-one[1], one[0]))
    rows = [[prose(label), f"{count:,}"] for label, count in ranked[:MOST_LABELS]]
    if len(ranked) > MOST_LABELS:
        rows.append([f"{len(ranked) - MOST_LABELS:,} other labels", f"{sum(n for _, n in ranked[MOST_LABELS:]):,}"])
    return markdown_table(["label", "inputs"], rows)


def _languages_table(counts: DataCounts | ExampleCounts) -> str:
    rows = [
        [LANGUAGES[name].label if name in LANGUAGES else prose(name or "unknown"), f"{count:,}"]
        for name, count in sorted(counts.programs.items())
    ]
    return markdown_table(["language", "programs"], rows)


def _outcome_words(record: TrainingRecord, settings: TrainingSettings) -> str:
    outcome = record.outcome
    steps, step = settings.optimiser.steps, outcome.get("step", settings.optimiser.steps)
    chosen = f" The weights are those after step {step:,}, the best on the validation split." if step != steps else ""
    return (
        f"{steps:,} steps of {settings.optimiser.batch_size:,} {ITEMS[settings.task]},"
        f" {outcome.get('tokens', 0):,} tokens, {outcome.get('seconds', 0) / 60:,.0f} minutes.{chosen} All settings:"
    )


def _public(settings: TrainingSettings) -> dict[str, Any]:
    """Return all settings, with folders of this machine shortened."""
    tree = used_tree(settings)
    if isinstance(tree["base"], str):
        kind, colon, name = tree["base"].partition(":")
        tree["base"] = f"{kind}:{short_path(name)}" if colon else short_path(tree["base"])
    for section, key, shortened in (("data", "holdout", _short_holdout), ("pretrain", "data", short_path)):
        if tree.get(section) and tree[section].get(key):
            tree[section][key] = [shortened(path) for path in tree[section][key]]
    return tree


def _short_holdout(name: str) -> str:
    head, path, tail = split_benchmark(name)
    return f"{head}{short_path(path)}{tail}"
