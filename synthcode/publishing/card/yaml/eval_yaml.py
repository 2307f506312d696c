"""``eval.yaml``: what makes a dataset repository a benchmark on the Hub, with a leaderboard for each task.

Its specification is https://huggingface.co/docs/hub/eval-results: ``name``, ``description``, ``evaluation_framework``
(one of a list that the Hub keeps, in packages/tasks/src/eval.ts of https://github.com/huggingface/huggingface.js), and
``tasks``, each with an ``id`` and, where they are not the defaults, ``config`` and ``split``. The Hub checks the file
when it is pushed, and shows the dataset as a benchmark once its owners have requested that. The only public checker
that works offline is mteb's own model of the file, which has these fields and refuses others.
"""

from __future__ import annotations

from synthcode.publishing.card.escaping import yaml_block
from synthcode.publishing.card.facts import CardFacts
from synthcode.sanitize import one_line
from synthcode.vocabulary import TASKS

EVAL_NAME = "eval.yaml"
FRAMEWORK = "mteb"
"""The one of the Hub's list that scores retrieval; ``synthcode evaluate`` writes results in its form."""


def eval_yaml(facts: CardFacts) -> str:
    """Return the benchmark's description: both tasks are judged by the test split of ``qrels``."""
    about = "Text-to-code and cross-language code-to-code retrieval over programs of one meaning."
    tree = {
        "name": one_line(facts.title, None),
        "description": one_line(f"{about} {facts.about}", None),
        "evaluation_framework": FRAMEWORK,
        "tasks": [{"id": task, "config": "qrels", "split": "test"} for task in TASKS],
    }
    return yaml_block(tree) + "\n"
