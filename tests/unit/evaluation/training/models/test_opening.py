from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import set_seed

from synthcode.errors import InputError
from synthcode.evaluation.encoder import Role
from synthcode.evaluation.encoders.mose import MoseEncoder
from synthcode.evaluation.training.contracts import MultiExitModel, TrainingText
from synthcode.evaluation.training.models.huggingface import HuggingFaceExits
from synthcode.evaluation.training.models.mose_exits import MoseExits
from synthcode.evaluation.training.models.opening import open_training_model
from synthcode.evaluation.training.settings import NewModel, OptimiserSettings, PretrainSettings, TrainingSettings
from synthcode.evaluation.training.trainer import MultiExitTrainer
from tests.support.models.mose_checkpoint import write_checkpoint
from tests.support.models.tiny_encoders import write_encoder
from tests.support.models.toy_exits import ToyPairs

PYTHON = Role("document", "code", "python")
TEXTS = ["def add(first, second):\n    return first + second\n", "def mean(values):\n    return sum(values) / 2\n"] * 3
SMALL = NewModel(layers=3, hidden=32, heads=4, key_value_heads=2, intermediate=48, vocabulary=300)


def test_the_base_names_its_kind(tmp_path: Path) -> None:
    bert = write_encoder(tmp_path / "bert")
    mose = write_checkpoint(tmp_path / "mose")
    for base in (str(bert), f"st:{bert}"):
        model = open_training_model(TrainingSettings(base=base, exits=(3, 1), heads="linear"), [], 0)
        assert isinstance(model, HuggingFaceExits)
        assert (model.exits, model.width, tuple(model.heads or ())) == ((1, 3), 32, ("1", "3"))
    model = open_training_model(TrainingSettings(base=f"mose:{mose}"), [], 0)
    assert isinstance(model, MoseExits)
    assert model.exits == (1, 2, 4)
    with pytest.raises(InputError, match=r"is a MoSE checkpoint\nwrite mose:"):
        open_training_model(TrainingSettings(base=f"st:{mose}"), [], 0)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["st", "mose"])
def test_checkpointed_blocks_train_to_the_same_weights(tmp_path: Path, kind: str) -> None:
    base = write_encoder(tmp_path / "base", "MPNet") if kind == "st" else write_checkpoint(tmp_path / "base")
    trained = []
    for checkpointing in (False, True):
        optimiser = OptimiserSettings(steps=2, batch_size=4, chunk_size=2, gradient_checkpointing=checkpointing)
        settings = TrainingSettings(base=f"{kind}:{base}", exits=(1, 2), optimiser=optimiser)
        set_seed(0)
        model = open_training_model(settings, [], 0)
        before = {name: weight.clone() for name, weight in model.state_dict().items()}
        MultiExitTrainer(model, ToyPairs(8), settings, tmp_path / "run", []).train()
        trained.append({name: weight for name, weight in model.state_dict().items() if (weight != before[name]).any()})
    plain, checkpointed = trained
    assert plain.keys() == checkpointed.keys() >= {name for name, one in model.named_parameters() if one.requires_grad}
    for name, weight in plain.items():
        torch.testing.assert_close(checkpointed[name], weight, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (TrainingSettings(), "and not both"),
        (TrainingSettings(base="st:x", new=SMALL), "and not both"),
        (TrainingSettings(base="bm25:x"), "no base 'bm25:x': 'bm25' is a kind of encoder that is not trained"),
        (TrainingSettings(base="x:y"), "no base 'x:y': unknown kind"),
        (TrainingSettings(base="mose:"), "no base 'mose:'"),
        (TrainingSettings(new=SMALL, exits=(4,)), "exit 4 is deeper than the 3 blocks"),
        (TrainingSettings(new=NewModel(hidden=30, heads=4)), "30 dimensions cannot be shared by 4 attention heads"),
        (TrainingSettings(new=NewModel(hidden=20, heads=4)), "20 dimensions cannot be shared by 4 attention heads"),
        (TrainingSettings(new=NewModel(heads=4, key_value_heads=3)), "cannot share 3 key-value heads"),
    ],
)
def test_settings_that_make_no_model_are_clear_errors(settings: TrainingSettings, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as caught:
        open_training_model(settings, TEXTS, 0)
    assert len(str(caught.value).splitlines()) == 2


def test_a_model_says_what_pre_training_needs(tmp_path: Path) -> None:
    base = write_encoder(tmp_path / "base", pooling="cls")
    models: list[MultiExitModel] = [
        open_training_model(TrainingSettings(base=str(base)), [], 0),
        open_training_model(TrainingSettings(new=SMALL), TEXTS, 0),
    ]
    assert [model.pooling for model in models] == ["first_token", "last_token"]
    for model in models:
        size = model.vocabulary.tokenizer.get_vocab_size()
        assert tuple(model.token_embedding.weight.shape) == (size, 32)
        features = {"input_ids": torch.tensor([[3, 1, 2]]), "attention_mask": torch.ones((1, 3), dtype=torch.long)}
        assert {exit_: tuple(state.shape) for exit_, state in model.states(features).items()} == dict.fromkeys(
            (1, 2, 3), (1, 3, 32)
        )


def test_a_new_model_without_texts_is_a_clear_error() -> None:
    for texts in ([], ["", ""]):
        with pytest.raises(InputError, match="no text to train a tokenizer on"):
            open_training_model(TrainingSettings(new=SMALL), texts, 0)


def test_a_new_model_is_of_its_seed_and_texts(tmp_path: Path) -> None:
    random = torch.get_rng_state()
    models = [open_training_model(TrainingSettings(new=SMALL, exits=(1, 2)), TEXTS, seed) for seed in (0, 0, 1)]
    assert torch.equal(torch.get_rng_state(), random)
    for number, model in enumerate(models):
        model.save_model(tmp_path / str(number))
    same, again, other = ((tmp_path / str(number) / "model.safetensors").read_bytes() for number in range(3))
    assert same == again != other
    tokenizers = {(tmp_path / str(number) / "tokenizer.json").read_bytes() for number in range(3)}
    assert len(tokenizers) == 1
    assert json.loads((tmp_path / "0" / "config.json").read_text("utf-8"))["num_hidden_layers"] == 2


def test_a_new_model_is_a_mose_checkpoint(tmp_path: Path) -> None:
    model = open_training_model(TrainingSettings(new=SMALL), TEXTS, 0)
    assert model.exits == (1, 2, 3)
    model.save_model(tmp_path)
    features = model.tokenize([TrainingText(text, PYTHON) for text in TEXTS[:2]], 1000)
    with torch.no_grad():
        expected = model.vectors(features)
    for exit_, vectors in MoseEncoder(str(tmp_path), device="cpu").encode(TEXTS[:2], PYTHON).vectors.items():
        np.testing.assert_allclose(vectors, expected[exit_].numpy(), atol=1e-6)


def test_a_new_model_reads_no_position_that_was_not_trained(tmp_path: Path) -> None:
    settings = TrainingSettings(
        new=SMALL, optimiser=OptimiserSettings(max_tokens=8), pretrain=PretrainSettings(max_tokens=12)
    )
    model = open_training_model(settings, TEXTS, 0)
    assert model.max_tokens == 12
    model.save_model(tmp_path)
    assert MoseEncoder(str(tmp_path), device="cpu").encode(TEXTS[:1], PYTHON).truncated.tolist() == [True]
