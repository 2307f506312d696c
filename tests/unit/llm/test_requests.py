from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from synthcode.errors import InputError
from synthcode.identity import digest
from synthcode.llm.prompts import load_prompt
from synthcode.llm.requests import Sampling, TranslateConfig, make_requests, targets_of
from synthcode.llm.sampling import sampling_fields

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


def test_a_setting_of_null_is_left_out():
    assert Sampling(temperature=None, top_p=None, max_tokens=None).to_json() == "{}"


def test_max_completion_tokens_replaces_max_tokens():
    sampling = Sampling(temperature=None, top_p=None, max_completion_tokens=64)
    assert sampling.to_json() == '{"max_completion_tokens":64}'
    assert sampling.longest_answer == 64


def test_extra_body_is_part_of_what_identifies_a_request():
    plain, other = Sampling(), Sampling(extra_body={"min_p": 0.1})
    assert '"extra_body":{"min_p":0.1}' in other.to_json()
    assert "extra_body" not in plain.to_json()
    assert sampling_fields(other.to_json()) == {**sampling_fields(plain.to_json()), "min_p": 0.1}
    one, two = {"a": {"x": 1, "y": None}, "b": [1]}, {"b": [1], "a": {"y": None, "x": 1}}
    assert Sampling(extra_body=one).to_json() == Sampling(extra_body=two).to_json()


@pytest.mark.parametrize(
    ("extra", "problem"),
    [
        ({"model": "x"}, "this field has a key of its own"),
        ({"temperature": 1}, "this field has a key of its own"),
        ({"messages": []}, "this field has a key of its own"),
        ({"when": date(2026, 1, 1)}, "is not JSON"),
        ({1: 2}, "is not JSON"),
        ({"api_key": "sk-something-long"}, "is named as a secret is"),
        ({"provider": {"headers": [{"authToken": "0123456789abcdef"}]}}, "is named as a secret is"),
        ({"x": "y" * 100_000}, "bytes"),
    ],
)
def test_what_extra_body_may_not_hold_is_refused(extra, problem):
    with pytest.raises(InputError, match=problem) as caught:
        Sampling(extra_body=extra).to_json()
    assert "0123456789abcdef" not in str(caught.value)


def test_tokens_of_a_vocabulary_are_no_secrets():
    assert "<|endoftext|>" in Sampling(extra_body={"eos_token": "<|endoftext|>"}).to_json()
