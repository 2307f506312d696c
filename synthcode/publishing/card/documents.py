"""Everything in a dataset folder that is not data: the card, its licences, ``eval.yaml``, Croissant metadata."""

from __future__ import annotations

from pathlib import Path

from synthcode.publishing.card.card import render_card, render_licenses
from synthcode.publishing.card.croissant import croissant
from synthcode.publishing.card.facts import CardFacts
from synthcode.publishing.card.licenses import hub_license
from synthcode.publishing.card.yaml.eval_yaml import EVAL_NAME, eval_yaml
from synthcode.publishing.card.yaml.front_matter import LICENSE_FILE
from synthcode.publishing.dataset_files import CARD_NAME
from synthcode.storage.atomic import write_text
from synthcode.storage.published import CROISSANT_NAME


def write_documents(folder: Path, facts: CardFacts) -> list[Path]:
    """Write them into a dataset folder, and return their paths. Each replaces its predecessor when it is whole."""
    texts = {CARD_NAME: render_card(facts), EVAL_NAME: eval_yaml(facts), CROISSANT_NAME: croissant(facts)}
    if hub_license(facts.licenses).name is not None:
        texts[LICENSE_FILE] = render_licenses(facts)
    else:
        (folder / LICENSE_FILE).unlink(missing_ok=True)
    for name, text in texts.items():
        write_text(folder / name, text)
    return [folder / name for name in texts]
