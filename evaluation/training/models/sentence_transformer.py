"""Writing a multi-exit encoder as a model of sentence-transformers, which gives the vectors of the deepest exit."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthcode.evaluation.encoders.exits.residual_stream import shorten
from synthcode.evaluation.encoders.exits.stream_inputs import POOLING_FOLDER, POOLINGS_BY_MODE
from synthcode.evaluation.encoders.exits.trained_exits import EXITS_FILE, HEADS_FILE, TrainedExits
from synthcode.evaluation.training.models.model_folder import replacing_model

if TYPE_CHECKING:
    from synthcode.evaluation.encoders.exits.residual_stream import ResidualStream
    from synthcode.evaluation.training.models.classifier import ExitClassifiers

HEAD_FOLDER = "2_Dense"


def write_model(
    folder: Path,
    stream: ResidualStream,
    tokenizer: Any,
    trained: TrainedExits,
    heads: Any | None,
    max_tokens: int,
    classifier: ExitClassifiers | None = None,
) -> None:
    """Write a model cut after the deepest of some exits.

    Parameters
    ----------
    folder
        Files of an earlier model there are replaced, and others left.
    stream, tokenizer, heads
        The model's parts; its blocks and heads may be more than are written.
    trained
        The exits to write.
    max_tokens
        Longest input.
    classifier
        Heads of classification, if there are any.
    """
    import torch

    deepest = trained.exits[-1]
    # Modules are made with random weights first: what training draws later must not depend on when it saves.
    with torch.random.fork_rng(devices=[]), replacing_model(folder) as written:
        _cut_model(stream, deepest).save_pretrained(written)
        tokenizer.save_pretrained(written)
        head = None if heads is None else heads[str(deepest)]
        _write_modules(written, stream.width, trained.pooling, head, max_tokens)
        _write_heads(written, trained.exits, heads)
        write_exits(written, trained, classifier)


def _cut_model(stream: ResidualStream, blocks: int) -> Any:
    """Return the model with its first blocks only; weights are shared, not copied."""
    import torch

    config = copy.deepcopy(stream.model.config)
    shorten(config, blocks)
    config.__dict__.pop("auto_map", None)  # of the base's own code, which was not run
    with torch.device("meta"):
        model = type(stream.model)(config)
    weights = stream.model.state_dict()
    model.load_state_dict({name: weights[name] for name in model.state_dict()}, assign=True)
    return model


def _write_modules(folder: Path, width: int, pooling: str, head: Any | None, max_tokens: int) -> None:
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, Transformer
    from torch import nn

    mode = next(mode for mode, ours in POOLINGS_BY_MODE.items() if ours == pooling)
    modules: list[tuple[str, Any]] = [(POOLING_FOLDER, Pooling(width, pooling_mode=mode))]
    if head is not None:
        dense = Dense(width, width, activation_function=nn.Identity(), init_weight=head.weight, init_bias=head.bias)
        modules.append((HEAD_FOLDER, dense))
    modules.append((f"{len(modules) + 1}_Normalize", Normalize()))
    for place, module in modules:
        (folder / place).mkdir()
        module.save(str(folder / place))
    listed = [("", Transformer), *((place, type(module)) for place, module in modules)]
    _write_json(
        folder / "modules.json",
        [
            {"idx": number, "name": str(number), "path": place, "type": f"{kind.__module__}.{kind.__qualname__}"}
            for number, (place, kind) in enumerate(listed)
        ],
    )
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": max_tokens, "do_lower_case": False})
    _write_json(
        folder / "config_sentence_transformers.json",
        {"model_type": "SentenceTransformer", "similarity_fn_name": "cosine", "prompts": {}},
    )


def write_exits(folder: Path, trained: TrainedExits, classifier: ExitClassifiers | None) -> None:
    """Write ``exits.json`` and, if there are any, the heads of classification."""
    described = {name: value for name, value in asdict(trained).items() if value is not None}
    _write_json(folder / EXITS_FILE, described)
    if classifier is not None:
        classifier.write(folder, trained.exits)


def _write_heads(folder: Path, exits: Sequence[int], heads: Any | None) -> None:
    from safetensors.torch import save_file

    if heads is not None:
        kept = tuple(f"{exit_}." for exit_ in exits)
        state = {name: tensor.contiguous() for name, tensor in heads.state_dict().items() if name.startswith(kept)}
        save_file(state, folder / HEADS_FILE)


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
