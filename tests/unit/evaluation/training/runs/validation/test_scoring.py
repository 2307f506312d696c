"""Scores of a model in training: computed by hand, and without a trace."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from synthcode.evaluation.encoder import Encoded, Role, Trait
from synthcode.evaluation.retrieval.datasets import load_benchmark
from synthcode.evaluation.training.contracts import TrainingText
from synthcode.evaluation.training.runs.trained_encoder import TrainedEncoder, seen_traits
from synthcode.evaluation.training.runs.validation.scoring import (
    ScoreKey,
    load_validation,
    mean_over_exits,
    score_exits,
)
from synthcode.storage.published import CONFIGS
from tests.support.datasets.small_dataset import write_dataset, write_split
from tests.support.models.toy_exits import ToyExits


class Spelled:
    """Vectors by hand: each text's place in the plane."""

    name, identity, exits = "spelled", "", (1, 2)
    sees: frozenset[Trait] = frozenset()

    def __init__(self, places: dict[str, tuple[float, float]]) -> None:
        self.places, self.texts = places, 0

    def encode(self, texts: Sequence[str], role: Role) -> Encoded:
        self.texts += len(texts)
        found = np.array([self.places.get(text, (0.1, 0.1)) for text in texts], np.float32)
        return Encoded({1: found, 2: found[:, ::-1].copy()}, np.ones(len(texts), np.int32), np.zeros(len(texts), bool))


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    return write_dataset(tmp_path / "dataset")


def test_scores_are_means_over_pairs_of_languages(dataset: Path) -> None:
    benchmark = load_benchmark(dataset, "test")
    encoder = Spelled({})  # all documents equal: of equal scores, the larger id comes first
    scores = score_exits(encoder, benchmark, ["stripped"])
    assert {key: round(value, 6) for key, value in scores.items()} == {
        # python: p3 before p1: p1 is second for s1 and s2; java: j3 before j1, s3 is answered by j3: first.
        ScoreKey(1, "text2code", "stripped"): (1 / 2 + 1) / 2,
        # go -> java: j1 second; java -> python: p1 second, p3 first; python -> java: j1 second, j3 first.
        ScoreKey(1, "code2code", "stripped"): round((1 / 2 + 3 / 4 + 3 / 4) / 3, 6),
        ScoreKey(2, "text2code", "stripped"): (1 / 2 + 1) / 2,
        ScoreKey(2, "code2code", "stripped"): round((1 / 2 + 3 / 4 + 3 / 4) / 3, 6),
    }
    assert mean_over_exits(scores) == pytest.approx((3 / 4 + 2 / 3) / 2)


def test_exits_are_scored_apart_and_texts_encoded_once(dataset: Path) -> None:
    benchmark = load_benchmark(dataset, "test")
    encoder = Spelled({"three": (1, 0), "j3 stripped": (0, 1), "j3 anonymous": (0, 1)})
    scores = score_exits(encoder, benchmark)
    assert scores[ScoreKey(1, "text2code", "anonymous")] == (1 / 2 + 1 / 2) / 2
    texts = {language: len(side.ids) for language, side in benchmark.texts.items()}
    assert encoder.texts == texts["text"] + 2 * sum(texts[language] for language in ("python", "java", "go"))


def test_only_some_problems_are_scored(dataset: Path) -> None:
    whole, part = load_benchmark(dataset, "test"), load_benchmark(dataset, "test", most_problems=3)
    assert part.digest == whole.digest
    documents = [
        name for language in ("python", "java", "go") for name in part.texts.get(language, whole.texts["go"]).ids
    ]
    assert 0 < len(documents) < 6
    assert all(len(judged.queries) for judged in part.cells.values())
    assert load_benchmark(dataset, "test", most_problems=99).cells.keys() == whole.cells.keys()


def test_no_validation_split_is_said(dataset: Path) -> None:
    said: list[str] = []
    assert load_validation(dataset, 5, said.append) is None
    for config in ("programs", "texts", "qrels"):
        write_split(dataset, config, "validation", CONFIGS[config].empty_table())
    assert load_validation(dataset, 5, said.append) is None
    assert [line.endswith("no exit is scored while training") for line in said] == [True, True]


def test_encoding_leaves_no_trace_on_training() -> None:
    def train(*, encode: bool) -> list[torch.Tensor]:
        model = ToyExits()
        model.words.eval()  # a part whose owner froze it stays so; dropout draws random numbers
        optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
        torch.manual_seed(7)
        for _ in range(3):
            features = {"input_ids": torch.randint(1, 101, (4, 5)), "attention_mask": torch.ones(4, 5)}
            model.forward(features)["sentence_embedding"].std().backward()
            optimiser.step()
            if encode:
                TrainedEncoder(model, 8).encode(["a", "longer than eight"], Role("query", "code", "go"))
            assert (model.training, model.dropout.training, model.words.training) == (True, True, False)
        return list(model.parameters())

    assert all(map(torch.equal, train(encode=False), train(encode=True)))


def test_the_encoder_gives_what_the_model_gives() -> None:
    model = ToyExits().eval()
    encoder = TrainedEncoder(model, 8)
    assert encoder.sees == seen_traits(model) == frozenset()
    texts, role = ["short", "much longer than eight", "middle"], Role("query", "code", "go")
    found = encoder.encode(texts, role)
    assert found.tokens.tolist() == [5, 8, 6]
    assert found.truncated.tolist() == [False, True, False]
    for place, text in enumerate(texts):
        expected = model.forward(model.tokenize([TrainingText(text, role)], 8))["sentence_embedding"][0]
        for number, exit_ in enumerate(model.exits):
            part = expected[number * 8 : (number + 1) * 8].detach().numpy()
            np.testing.assert_allclose(found.vectors[exit_][place], part, atol=1e-6)
