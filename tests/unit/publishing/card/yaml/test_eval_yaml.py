from __future__ import annotations

from dataclasses import replace

import yaml
from huggingface_hub import EvalResultEntry
from huggingface_hub._eval_results import eval_result_entries_to_yaml

from synthcode.publishing.card.yaml.eval_yaml import eval_yaml
from tests.support.datasets.dataset_card import FACTS


def test_it_has_the_fields_of_the_specification_and_no_other() -> None:
    assert yaml.safe_load(eval_yaml(FACTS)) == {
        "name": "A title: with a colon",
        "description": "Text-to-code and cross-language code-to-code retrieval over programs of one meaning. "
        "Written by people.",
        "evaluation_framework": "mteb",
        "tasks": [
            {"id": "text2code", "config": "qrels", "split": "test"},
            {"id": "code2code", "config": "qrels", "split": "test"},
        ],
    }


def test_results_of_a_model_can_name_its_tasks() -> None:
    tasks = [task["id"] for task in yaml.safe_load(eval_yaml(FACTS))["tasks"]]
    written = eval_result_entries_to_yaml([EvalResultEntry("user/name", task, 0.5) for task in tasks])
    assert [entry["dataset"] for entry in written] == [{"id": "user/name", "task_id": task} for task in tasks]


def test_a_title_cannot_add_tasks() -> None:
    tree = yaml.safe_load(eval_yaml(replace(FACTS, title="x\ntasks: []", about='"\n- id: y')))
    assert tree["name"] == "x tasks: []"
    assert [task["id"] for task in tree["tasks"]] == ["text2code", "code2code"]
