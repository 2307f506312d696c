from __future__ import annotations

import json

import pytest
import yaml
from huggingface_hub import parse_eval_result_entries

from synthcode.errors import InputError
from synthcode.evaluation.interop.hub_results import eval_results_files
from synthcode.evaluation.interop.mteb_names import languages_of, task_name
from synthcode.evaluation.interop.mteb_results import Scored, model_name, result_files

SCORED = Scored(encoder="mose:owner/model", revision="abc123", dataset="d1", split="test")


def cells(exit_: int, query: str, corpus: str, **metrics: float) -> list[dict[str, object]]:
    task = "text2code" if query == "text" else "code2code"
    where = {"encoder": "mose:owner/model", "exit": exit_, "task": task, "variant": "stripped"}
    pair = {"query_language": query, "corpus_language": corpus}
    bounds = {"lo": 0.25, "hi": "0.75", "n": 7}
    return [
        {**where, **pair, "metric": name.replace("_at_", "@"), "value": value, **bounds}
        for name, value in metrics.items()
    ]


ROWS = [
    *cells(4, "text", "java", MRR_at_10=0.5, nDCG_at_10=0.625),
    *cells(4, "python", "java", nDCG_at_10=0.125, MAP=0.1, R_at_1=0.2),
    *cells(9, "python", "java", nDCG_at_10=0.5),
    *cells(9, "java", "kotlin", nDCG_at_10=1.0),
]


def test_one_experiment_an_exit_one_file_a_task_one_entry_a_pair() -> None:
    files = result_files(ROWS, SCORED)
    folder = "results/owner__model/abc123/experiments"
    assert sorted(files) == [
        f"{folder}/exit_4/SynthcodeCode2CodeStripped.json",
        f"{folder}/exit_4/SynthcodeText2CodeStripped.json",
        f"{folder}/exit_4/model_meta.json",
        f"{folder}/exit_9/SynthcodeCode2CodeStripped.json",
        f"{folder}/exit_9/model_meta.json",
    ]
    result = json.loads(files[f"{folder}/exit_4/SynthcodeCode2CodeStripped.json"])
    assert result["scores"]["test"] == [
        {
            **{"ndcg_at_10": 0.125, "ndcg_at_10_lo": 0.25, "ndcg_at_10_hi": 0.75},
            **{"map": 0.1, "map_lo": 0.25, "map_hi": 0.75},
            **{"recall_at_1": 0.2, "recall_at_1_lo": 0.25, "recall_at_1_hi": 0.75},
            "n_queries": 7,
            "main_score": 0.125,
            "hf_subset": "python-java",
            "languages": ["python-Code", "java-Code"],
        }
    ]
    assert (result["task_name"], result["dataset_revision"]) == ("SynthcodeCode2CodeStripped", "d1")
    assert json.loads(files[f"{folder}/exit_9/model_meta.json"])["experiment_kwargs"] == {"exit": 9}


def test_an_encoder_without_exits_is_no_experiment() -> None:
    rows = cells(0, "text", "go", nDCG_at_10=0.5)
    assert set(result_files(rows, SCORED)) == {
        "results/owner__model/abc123/SynthcodeText2CodeStripped.json",
        "results/owner__model/abc123/model_meta.json",
    }


def test_a_cell_without_the_main_score_is_refused() -> None:
    with pytest.raises(InputError, match="SynthcodeText2CodeStripped text-go: no nDCG@10"):
        result_files(cells(0, "text", "go", MAP=0.5), SCORED)


@pytest.mark.parametrize(
    ("encoder", "expected"),
    [
        ("st:intfloat/e5-small-v2", "intfloat/e5-small-v2"),
        ("exits:intfloat/e5-small-v2@3,6,12", "intfloat/e5-small-v2"),
        ("bm25", "local/bm25"),
        ("mose:/data/models/mine", "local/mine"),
        ("mose:../..", "local/unnamed"),
        ("st:a b/<x>", "local/_x_"),
    ],
)
def test_a_model_s_name_is_that_on_the_hub_or_a_local_one(encoder: str, expected: str) -> None:
    assert model_name(encoder) == expected


def test_a_hostile_revision_is_one_file_name() -> None:
    files = result_files(cells(0, "text", "go", nDCG_at_10=0.5), Scored("bm25", "../../x", "d", "test"))
    assert all(path.startswith("results/local__bm25/_.._x/") for path in files)


def test_names() -> None:
    assert task_name("code2code", "anonymous") == "SynthcodeCode2CodeAnonymous"
    assert languages_of("text-cpp") == ["eng-Latn", "c++-Code"]
    assert languages_of("csharp-kotlin") == ["c#-Code", "zxx-Zxxx"]


def test_the_hub_s_parser_reads_the_results_of_each_exit() -> None:
    files = eval_results_files(ROWS, SCORED, "user/dataset")
    assert sorted(files) == [".eval_results/synthcode-exit-4.yaml", ".eval_results/synthcode-exit-9.yaml"]
    entries = parse_eval_result_entries(yaml.safe_load(files[".eval_results/synthcode-exit-4.yaml"]))
    assert [(entry.dataset_id, entry.task_id, entry.value) for entry in entries] == [
        ("user/dataset", "SynthcodeText2CodeStripped_text-java_test", 62.5),
        ("user/dataset", "SynthcodeCode2CodeStripped_python-java_test", 12.5),
    ]
    assert entries[0].notes.startswith("nDCG@10, exit 4, synthcode ")
