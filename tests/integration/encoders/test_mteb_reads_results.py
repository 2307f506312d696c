"""Results read back by mteb itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthcode.evaluation.interop.mteb_results import Scored, result_files

pytestmark = pytest.mark.mteb

ROWS = [
    {
        **{"encoder": "mose:owner/model", "exit": exit_, "task": "code2code", "variant": "stripped", "n": 3},
        **{"query_language": query, "corpus_language": corpus, "lo": "0.1", "hi": "0.9"},
        **{"metric": "nDCG@10", "value": value},
    }
    for exit_, query, corpus, value in (
        (0, "python", "java", 0.25),
        (4, "python", "java", 0.5),
        (4, "kotlin", "cpp", 1.0),
        (9, "java", "python", 0.125),
    )
]


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    scored = Scored("mose:owner/model", "abc123", "d1", "test")
    for name, text in result_files(ROWS, scored).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def test_mteb_s_cache_finds_each_exit_as_an_experiment(cache: Path) -> None:
    import mteb

    loaded = mteb.ResultCache(cache).load_results(load_experiments="match_name", include_remote=False)
    found = {
        (model.model_name, model.model_revision, model.experiment_name): model.task_results[0].get_score()
        for model in loaded.model_results
    }
    where = ("owner/model", "abc123")
    assert found == {(*where, None): 0.25, (*where, "exit_4"): 0.75, (*where, "exit_9"): 0.125}


def test_one_exit_can_be_asked_for(cache: Path) -> None:
    import mteb

    loaded = mteb.ResultCache(cache).load_results(experiment_kwargs={"exit": 4}, include_remote=False)
    (model,) = loaded.model_results
    (result,) = model.task_results
    assert result.task_name == "SynthcodeCode2CodeStripped"
    assert result.get_score(languages=["python"]) == 0.5
    assert sorted(result.languages) == ["c++", "java", "python", "zxx"]


def test_mteb_s_own_model_meta_takes_what_is_written(cache: Path) -> None:
    from mteb.models.model_meta import ModelMeta

    for path in cache.rglob("model_meta.json"):
        meta = ModelMeta.model_validate_json_resolved(path.read_text("utf-8"))
        assert (meta.name, meta.revision) == ("owner/model", "abc123")
        assert meta.experiment_name in (path.parent.name, None)


def test_what_mteb_writes_of_it_is_read_again(cache: Path, tmp_path: Path) -> None:
    from mteb import TaskResult

    (path,) = cache.glob("results/*/*/Synthcode*.json")
    result = TaskResult.from_disk(path)
    result.to_disk(tmp_path / "again.json")
    assert TaskResult.from_disk(tmp_path / "again.json") == result
