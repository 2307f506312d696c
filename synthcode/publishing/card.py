"""The dataset card: front matter that the Hub and ``datasets`` read, and text that people read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from synthcode.languages import LANGUAGES
from synthcode.templates import environment, template_folder

CARD_NAME = "README.md"
_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)
_ONE_LICENSE = {"Apache-2.0": "apache-2.0", "MIT": "mit", "CC-BY-4.0": "cc-by-4.0", "CC0-1.0": "cc0-1.0"}


@dataclass(frozen=True)
class CardFacts:
    """What the card tells. Nothing in it depends on when, where or how fast the run was."""

    title: str
    about: str
    rows: Mapping[str, Mapping[str, int]]
    """Configuration -> split -> rows; the first configuration is the default."""
    funnel: Mapping[str, Any]
    """The counts of ``synthcode status --json`` up to ``kept``, with the splits."""
    source_languages: Mapping[str, int]
    licenses: Mapping[str, int]
    """License, or an empty string where a seed names none -> seeds."""
    models: Sequence[str]
    prompts: Sequence[str]
    """``name (digest)``."""
    sampling: Sequence[str]
    """Canonical JSON."""
    dedup: Mapping[str, Any]
    benchmarks: Mapping[str, Mapping[str, Any]]
    """Published benchmark -> what was read of it and hit."""
    drop_contaminated: str
    compiled: Sequence[str]
    """Languages whose translations were compiled."""
    recipe: str
    """YAML, without paths of the machine that it ran on."""
    version: str


def write_card(folder: Path, facts: CardFacts) -> Path:
    """Render ``README.md`` into a dataset folder and return its path."""
    template = environment(template_folder("data_cards")).get_template("dataset.md.jinja")
    values = {name: getattr(facts, name) for name in CardFacts.__dataclass_fields__}
    values |= {"compiled": _labels(facts.compiled)}
    text = template.render(
        **values,
        front_matter=front_matter(facts),
        funnel_rows=_funnel_rows(facts.funnel),
        sources=_labels(facts.source_languages),
        targets=_labels(facts.funnel["by_language"]),
    )
    path = folder / CARD_NAME
    aside = path.with_name(f".writing-{CARD_NAME}")
    aside.write_text(text.rstrip() + "\n", "utf-8")
    os.replace(aside, path)
    return path


def front_matter(facts: CardFacts) -> str:
    """Return the card's YAML block, without its fences."""
    pairs = sum(facts.rows[next(iter(facts.rows))].values())
    tree: dict[str, Any] = {
        "pretty_name": facts.title,
        "language": ["en", "code"],
        "license": _license(facts.licenses),
        "task_categories": ["text-retrieval", "feature-extraction"],
        "size_categories": [next((name for bound, name in _SIZES if pairs < bound), "n>10M")],
        "tags": ["code", "code-retrieval", "cross-language", "synthetic"],
        "configs": [
            {
                "config_name": config,
                **({"default": True} if index == 0 else {}),
                "data_files": [{"split": split, "path": f"data/{config}/{split}-*.parquet"} for split in splits],
            }
            for index, (config, splits) in enumerate(facts.rows.items())
        ],
    }
    return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True).rstrip()


def _funnel_rows(funnel: Mapping[str, Any]) -> list[tuple[str, list[int]]]:
    """Return the funnel's lines: a label, then the count of each target language and of all."""
    columns = [*funnel["by_language"].values(), funnel]
    above = ("requested", "completed", "failed", "accepted")
    below = ("exact_duplicates", "near_duplicates", "contaminated", "kept")
    rows = [(key, [column[key] for column in columns]) for key in above]
    for reason in funnel["rejected"]:
        rows.append((f"rejected: {reason}", [column["rejected"].get(reason, 0) for column in columns]))
    rows += [(key, [column[key] for column in columns]) for key in below]
    return [(label.replace("_", " "), cells) for label, cells in rows]


def _labels(names: Iterable[str]) -> str:
    return ", ".join(LANGUAGES[name].label for name in names)


def _license(licenses: Mapping[str, int]) -> str:
    """Return the Hub's name of the only license; a mix, or none named, is ``other`` or ``unknown``."""
    named = [name for name in licenses if name]
    if not named:
        return "unknown"
    return _ONE_LICENSE.get(named[0], "other") if len(licenses) == 1 else "other"
