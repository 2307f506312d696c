"""The YAML at the head of a card: what the Hub and ``datasets`` read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from synthcode.bounded import limits
from synthcode.bounded.files import read_text
from synthcode.bounded.trees import parse_yaml
from synthcode.errors import InputError
from synthcode.publishing.card.escaping import yaml_block
from synthcode.publishing.card.facts import CardFacts
from synthcode.publishing.card.licenses import hub_license
from synthcode.publishing.inventory import ConfigContents
from synthcode.sanitize import one_line

LICENSE_FILE = "LICENSE.md"

_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
    (1_000_000_000, "100M<n<1B"),
)


def front_matter(facts: CardFacts) -> str:
    """Return the card's YAML block, without its fences."""
    default, *_ = facts.configs
    tree: dict[str, Any] = {
        "pretty_name": one_line(facts.title, None),
        **_license(facts.licenses),
        "language": ["en", "code"],
        "annotations_creators": ["machine-generated"],
        "language_creators": ["found", "machine-generated"],
        "task_categories": ["text-retrieval", "feature-extraction"],
        "size_categories": [next((name for bound, name in _SIZES if default.rows < bound), "1B<n<10B")],
        **({"source_datasets": list(facts.source_datasets)} if facts.source_datasets else {}),
        "tags": ["code", "code-retrieval", "cross-language", "synthetic", "synthcode", *facts.languages],
        "configs": [_config(config, default=config is default) for config in facts.configs],
        "dataset_info": _dataset_info(facts.configs),
    }
    return yaml_block(tree)


def read_front_matter(card: Path) -> dict[str, Any]:
    """Return the YAML block of a card that anyone may have written; empty if there is none that can be read."""
    try:
        _, matter, _ = read_text(card, limits.CARD).split("---\n", 2)
        tree = parse_yaml(matter)
    except (OSError, ValueError, InputError):
        return {}
    return tree if isinstance(tree, dict) else {}


def stated_license(matter: Mapping[str, Any]) -> str | None:
    """Return the licence that a card states, on one line; None if it states none.

    ``other`` comes with its name. The Hub allows several licences.
    """
    stated = matter.get("license")
    names = [name for name in (stated if isinstance(stated, list) else [stated]) if isinstance(name, str)]
    named = matter.get("license_name")
    if names == ["other"] and isinstance(named, str):
        names = [named]
    return one_line(", ".join(names)).strip() or None


def _license(licenses: Mapping[str, int]) -> dict[str, str]:
    found = hub_license(licenses)
    if found.name is None:
        return {"license": found.license}
    return {"license": found.license, "license_name": found.name, "license_link": LICENSE_FILE}


def _config(config: ConfigContents, *, default: bool) -> dict[str, Any]:
    files = [{"split": split.name, "path": f"data/{config.name}/{split.name}-*.parquet"} for split in config.loadable]
    return {"config_name": config.name, **({"default": True} if default else {}), "data_files": files}


def _dataset_info(configs: Sequence[ConfigContents]) -> list[dict[str, Any]]:
    """Return features and splits in the form, and in the order, that ``datasets`` 5 writes them in."""
    return [
        {
            "config_name": config.name,
            "features": [{"name": name, "dtype": dtype} for name, dtype in config.columns.items()],
            "splits": [
                {"name": split.name, "num_bytes": split.arrow_bytes, "num_examples": split.rows}
                for split in config.loadable
            ],
            "download_size": config.file_bytes,
            "dataset_size": config.arrow_bytes,
        }
        for config in sorted(configs, key=lambda config: config.name)
    ]
