from __future__ import annotations

from dataclasses import replace

import pytest

from synthcode.errors import InputError
from synthcode.identity import digest
from synthcode.llm.prompts import load_prompt
from synthcode.llm.requests import Sampling, TranslateConfig, make_requests, targets_of

CONFIG = TranslateConfig(targets=("java", "Go", "js", "python", "golang"))
PROMPT = load_prompt("translate")


def seed(number: int, language: str = "python") -> dict[str, str | None]:
    name = digest(number)
    return {
        "seed_id": name,
        "source_id": f"T/{number}",
        "language": language,
        "text": "t",
        "code": f"def f(): return {number}",
        "entry_point": "f",
    }


def ids(config: TranslateConfig, model: str = "m", seeds: range = range(3)) -> set[str]:
    return {request.request_id for request in make_requests(map(seed, seeds), config, model, PROMPT)}


def test_every_target_once_without_the_own_language() -> None:
    requests = list(make_requests([seed(1), seed(2, "java")], CONFIG, "m", PROMPT))
    asked = [(request.source_id, request.target_language) for request in requests]
    assert asked == [
        ("T/1", "go"),
        ("T/1", "java"),
        ("T/1", "javascript"),
        *(("T/2", t) for t in ("go", "javascript", "python")),
    ]


def test_an_unknown_target_is_refused() -> None:
    with pytest.raises(InputError, match=r"'jav'"):
        targets_of("id", "python", TranslateConfig(targets=("jav",)))


def test_a_draw_depends_on_the_seed_alone() -> None:
    config = replace(CONFIG, sample_targets=1)
    drawn = {number: targets_of(digest(number), "python", config)[0].name for number in range(300)}
    counts = [list(drawn.values()).count(name) for name in ("go", "java", "javascript")]
    assert sum(counts) == 300
    assert min(counts) > 60
    again = {number: targets_of(digest(number), "python", config)[0].name for number in reversed(range(300))}
    assert again == drawn
    other = {
        number: targets_of(digest(number), "python", replace(config, random_seed=1))[0].name for number in range(300)
    }
    assert other != drawn


def test_model_prompt_sampling_and_sample_make_another_request() -> None:
    base = ids(CONFIG)
    assert len(base) == 9
    assert ids(CONFIG) == base
    assert not ids(CONFIG, model="n") & base
    assert not ids(replace(CONFIG, sampling=Sampling(temperature=0.3))) & base
    assert ids(replace(CONFIG, samples=2)) > base
    assert ids(replace(CONFIG, targets=("go",))) < base


def test_what_is_not_set_is_not_sent() -> None:
    sampling = Sampling(temperature=0.0, top_p=None, max_tokens=5, stop=("```",))
    assert sampling.to_json() == '{"max_tokens":5,"stop":["```"],"temperature":0.0}'


def test_samples_with_a_random_seed_differ_in_it() -> None:
    config = replace(CONFIG, samples=2, sampling=Sampling(seed=7))
    settings = [request.sampling for request in make_requests([seed(1)], config, "m", PROMPT)]
    assert ['"seed":7' in text for text in settings] == [True, False] * 3
    assert ['"seed":8' in text for text in settings] == [False, True] * 3
