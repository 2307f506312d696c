"""No code of a checkpoint runs and no pickle is read, whatever its files name."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Router, Transformer

from synthcode.bounded import limits
from synthcode.errors import InputError
from synthcode.evaluation.encoders.checkpoints import checkpoint_files
from synthcode.evaluation.encoders.checkpoints.checkpoint_files import refuse_code, safe_folder
from synthcode.evaluation.encoders.intermediate_exits import IntermediateExits
from synthcode.evaluation.encoders.sentence_transformer import SentenceTransformerEncoder
from tests.support.models.minilm import minilm_folder

EVIL = "import pathlib\npathlib.Path({ran!r}).touch()\nclass Evil:\n    pass\n"


class Opened:
    """A pickle that leaves a trace when it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of a real encoder, with code next to it and in the working directory, where imports would find it."""
    copy = tmp_path / "encoder"
    for file in minilm_folder().rglob("*"):
        if file.is_file():
            place = copy / file.relative_to(minilm_folder())
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(file)
    for place in (copy, tmp_path):
        (place / "modeling_evil.py").write_text(EVIL.format(ran=str(tmp_path / "ran")))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return copy


def change(folder: Path, name: str, edit: Callable[[Any], Any]) -> None:
    """Rewrite a JSON file of a checkpoint."""
    path = folder / name
    content = json.loads(path.read_text("utf-8")) if path.exists() else {}
    changed = edit(content)
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content if changed is None else changed), "utf-8")


def module(type_: str, path: str = "") -> Callable[[Any], Any]:
    return lambda modules: [*modules[:1], {"idx": 1, "name": "1", "path": path, "type": type_}]


FOREIGN = [
    ("modules.json", module("modeling_evil.Evil")),
    ("modules.json", module("os.system")),
    ("modules.json", module("sentence_transformers")),
    ("modules.json", module("sentence_transformers_evil.Evil")),
    ("modules.json", module("sentence_transformers.util.import_from_string")),
    ("modules.json", module("sentence_transformers.SentenceTransformer.os")),
    ("modules.json", module("sentence_transformers.util.torch")),
    ("modules.json", module("sentence_transformers.util.misc.importlib")),
    ("modules.json", module("sentence_transformers.readers.InputExample")),
    ("modules.json", module("sentence_transformers..models.Pooling")),
    ("modules.json", module("sentence_transformers.models.Pooling\nimport os")),
    ("modules.json", lambda modules: [{**modules[0], "type": None}]),
    ("modules.json", lambda modules: ["modeling_evil.Evil"]),
    ("router_config.json", lambda _: {"types": {"a": "modeling_evil.Evil"}, "structure": {}}),
    ("1_Pooling/router_config.json", lambda _: {"types": {"a": "modeling_evil.Evil"}, "structure": {}}),
    ("1_Pooling/config.json", lambda config: config.update(types={"a": "modeling_evil.Evil"})),
    ("2_Words/wordembedding_config.json", lambda _: {"tokenizer_class": "modeling_evil.Evil"}),
    ("2_Dense/config.json", lambda _: {"activation_function": "modeling_evil.Evil"}),
    ("2_Dense/config.json", lambda _: {"activation_function": "torch.hub.load"}),
    ("2_Dense/config.json", lambda _: {"activation_function": "torch.utils.cpp_extension.os.system"}),
    ("sentence_bert_config.json", lambda config: config.update(model_args={"trust_remote_code": True})),
    ("sentence_bert_config.json", lambda config: config.update(tokenizer_args={"trust_remote_code": True})),
    ("config.json", lambda config: config.update(attn_implementation="evil/kernels")),
    ("config.json", lambda config: config.update(_attn_implementation_internal="evil/kernels@main:f")),
    ("config.json", lambda config: config.update(text_config={"attn_implementation": {"": "evil/kernels"}})),
    ("config.json", lambda config: config.update(experts_implementation="evil/kernels")),
]


@pytest.mark.parametrize(("file", "edit"), FOREIGN)
def test_code_that_a_checkpoint_names_is_refused_before_anything_is_loaded(
    file: str, edit: Callable[[Any], Any], folder: Path, tmp_path: Path
) -> None:
    change(folder, file, edit)
    with pytest.raises(InputError, match=r"needs (code from its repository|sentence_transformers\.)"):
        SentenceTransformerEncoder(str(folder))
    with pytest.raises(InputError, match=r"needs (code from its repository|sentence_transformers\.)"):
        IntermediateExits(f"{folder}@1")
    assert not (tmp_path / "ran").exists()


def test_auto_map_next_to_a_known_architecture_is_ignored(folder: Path, tmp_path: Path) -> None:
    names = {
        "AutoConfig": "modeling_evil.Evil",
        "AutoModel": "modeling_evil.Evil",
        "AutoTokenizer": "modeling_evil.Evil",
    }
    change(folder, "config.json", lambda config: config.update(auto_map=names))
    change(folder, "tokenizer_config.json", lambda config: config.update(auto_map=names))
    SentenceTransformerEncoder(str(folder))
    assert IntermediateExits(f"{folder}@1").tokenizer is not None
    assert not (tmp_path / "ran").exists()


def test_an_architecture_that_only_the_checkpoint_knows_is_refused(folder: Path, tmp_path: Path) -> None:
    names = {"AutoConfig": "modeling_evil.Evil", "AutoModel": "modeling_evil.Evil"}
    change(folder, "config.json", lambda config: config.update(auto_map=names, model_type="evil"))
    with pytest.raises(InputError):
        SentenceTransformerEncoder(str(folder))
    with pytest.raises(InputError):
        IntermediateExits(f"{folder}@1")
    assert not (tmp_path / "ran").exists()


def test_pickles_are_never_opened(folder: Path, tmp_path: Path) -> None:
    def pickled(place: Path) -> None:
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(pickle.dumps(Opened(tmp_path / "ran")))

    pickled(folder / "pytorch_model.bin")  # next to safetensors: not read
    SentenceTransformerEncoder(str(folder))
    change(folder, "modules.json", module("sentence_transformers.models.Dense", "2_Dense"))
    change(folder, "2_Dense/config.json", lambda _: {"in_features": 384, "out_features": 8, "bias": True})
    pickled(folder / "2_Dense" / "pytorch_model.bin")
    with pytest.raises(InputError, match=r"pytorch_model\.bin, and pickles can run code"):
        SentenceTransformerEncoder(str(folder))
    (folder / "2_Dense" / "pytorch_model.bin").unlink()
    change(folder, "model.safetensors.index.json", lambda _: {"weight_map": {"a": "evil.bin"}})
    with pytest.raises(InputError, match=r"evil\.bin, and pickles can run code"):
        SentenceTransformerEncoder(str(folder))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("path", ["../elsewhere", "/etc", "a/../../b"])
def test_a_module_outside_of_the_checkpoint_is_refused(path: str, folder: Path) -> None:
    change(folder, "modules.json", module("sentence_transformers.models.Pooling", path))
    with pytest.raises(InputError, match="leads out of the checkpoint"):
        refuse_code(folder, "x")


def test_settings_behind_a_link_are_read_too(folder: Path, tmp_path: Path) -> None:
    change(tmp_path, "elsewhere/router_config.json", lambda _: {"types": {"a": "modeling_evil.Evil"}})
    (folder / "2_Router").symlink_to(tmp_path / "elsewhere")
    (folder / "2_Router" / "loop").symlink_to(folder)
    with pytest.raises(InputError, match="needs code"):
        refuse_code(folder, "x")


@pytest.mark.parametrize(
    "type_",
    [
        "sentence_transformers.models.Pooling",
        "sentence_transformers.models.Pooling.Pooling",
        "sentence_transformers.sentence_transformer.modules.Pooling",
        "sentence_transformers.sentence_transformer.modules.pooling.Pooling",
    ],
)
def test_old_and_new_paths_of_the_librarys_own_classes_pass(type_: str, folder: Path) -> None:
    change(folder, "modules.json", module(type_, "1_Pooling"))
    assert SentenceTransformerEncoder(str(folder)).encode is not None


def test_a_router_that_the_library_saves_passes(tmp_path: Path) -> None:
    base = Transformer(str(minilm_folder()))
    towers = [[base, Pooling(384), Dense(384, 8, activation_function=torch.nn.Tanh())], [base, Pooling(384)]]
    router = Router.for_query_document(query_modules=towers[0], document_modules=towers[1])
    SentenceTransformer(modules=[router]).save(str(tmp_path / "router"))
    assert safe_folder(str(tmp_path / "router")) == tmp_path / "router"


def test_a_pickle_next_to_weights_of_another_name_is_not_opened(folder: Path, tmp_path: Path) -> None:
    change(folder, "modules.json", module("sentence_transformers.models.Dense", "2_Dense"))
    change(folder, "2_Dense/config.json", lambda _: {"in_features": 384, "out_features": 8, "bias": True})
    (folder / "2_Dense" / "pytorch_model.bin").write_bytes(pickle.dumps(Opened(tmp_path / "ran")))
    (folder / "2_Dense" / "other.safetensors").write_bytes(b"")
    with pytest.raises(InputError, match=r"pytorch_model\.bin, and pickles can run code"):
        refuse_code(folder, "m")


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors", "2_Dense/notes.txt"])
def test_a_pipe_in_a_checkpoint_is_refused_and_waited_for_by_nobody(folder: Path, name: str) -> None:
    (folder / "2_Dense").mkdir(exist_ok=True)
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    with pytest.raises(InputError, match="is a pipe"):
        refuse_code(folder, "m")


def test_settings_without_end_are_refused(folder: Path) -> None:
    (folder / "config.json").unlink()
    (folder / "config.json").symlink_to("/dev/zero")
    with pytest.raises(InputError, match="is a device"):
        refuse_code(folder, "m")
    (folder / "config.json").unlink()
    with (folder / "config.json").open("wb") as file:
        file.truncate(limits.TOKENIZER + 1)
    with pytest.raises(InputError, match="is larger than"):
        refuse_code(folder, "m")


def test_a_link_to_the_whole_disk_is_not_followed_to_its_end(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint_files, "_MOST_ENTRIES", 40)
    disk = tmp_path / "disk"
    for number in range(50):
        (disk / str(number)).mkdir(parents=True)
    refuse_code(folder, "m")
    (folder / "disk").symlink_to(disk)
    with pytest.raises(InputError, match="holds more than 40 files"):
        refuse_code(folder, "m")


def adapter(folder: Path, base: object) -> Path:
    """Return an adapter of PEFT: settings and weights, and no model."""
    place = folder.parent / "adapter"
    place.mkdir(exist_ok=True)
    (place / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "base_model_name_or_path": base}))
    (place / "adapter_model.safetensors").write_bytes(b"")
    return place


@pytest.mark.parametrize("base", ["evil/base", "encoder", "", None, ["evil/base"]])
def test_an_adapter_of_a_remote_model_is_refused_and_nothing_is_fetched(
    folder: Path, base: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda *_, **__: pytest.fail("fetched"))
    with pytest.raises(InputError, match="base model") as refusal:
        safe_folder(str(adapter(folder, base)))
    assert "\n" not in refusal.value.problem + refusal.value.fix


def test_an_adapter_next_to_a_whole_model_is_refused_too(folder: Path) -> None:
    change(folder, "adapter_config.json", lambda _: {"base_model_name_or_path": "evil/base"})
    with pytest.raises(InputError, match="its base model 'evil/base' is not a folder"):
        safe_folder(str(folder))


def test_an_adapter_of_a_folder_is_accepted_if_that_folder_is(folder: Path) -> None:
    place = adapter(folder, str(folder))
    assert safe_folder(str(place)) == place
    change(folder, "config.json", lambda content: {**content, "trust_remote_code": True})
    with pytest.raises(InputError, match="code"):
        safe_folder(str(place))


def test_adapters_that_name_each_other_end(folder: Path) -> None:
    place = adapter(folder, str(folder.parent / "adapter"))
    assert safe_folder(str(place)) == place


def test_pickled_weights_of_an_adapter_are_refused(folder: Path) -> None:
    place = adapter(folder, str(folder))
    (place / "adapter_model.safetensors").rename(place / "adapter_model.bin")
    with pytest.raises(InputError, match=r"adapter_model\.bin"):
        safe_folder(str(place))
