"""The residual stream of any HuggingFace encoder: its blocks, and the norm after the last of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synthcode.bounded.trees import read_json
from synthcode.errors import InputError
from synthcode.evaluation.encoders.checkpoint_files import refused, safe_folder
from synthcode.evaluation.encoders.remote_code import no_remote_code

if TYPE_CHECKING:
    from synthcode.evaluation.device import Placement

POOLING_CONFIG = "1_Pooling/config.json"
POOLING_MODES = {
    "pooling_mode_cls_token": "first_token",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_lasttoken": "last_token",
}
"""Keys of sentence-transformers' pooling configuration, and this project's names for them."""

PROBE = ((3, 1, 2, 4), (2, 5, 1, 3))
"""Token ids that every vocabulary has."""


@dataclass(frozen=True)
class ResidualStream:
    """A model cut after its deepest exit; a call returns the states at all exits."""

    model: Any
    blocks: Any
    final_norm: Any | None
    """The norm between the last block and the model's output; None in models that normalize within blocks."""
    exits: tuple[int, ...]

    @property
    def width(self) -> int:
        """Size of a state."""
        return int(self.model.config.hidden_size)

    @property
    def max_tokens(self) -> int | None:
        """Longest input that the model has positions for; None if it does not say."""
        bound = getattr(self.model.config, "max_position_embeddings", None)
        # Models of RoBERTa's kind count positions after the padding's.
        first = (self.model.config.pad_token_id or 0) + 1 if self.model.config.model_type in _COUNTED_FROM_PAD else 0
        return bound - first if bound else None

    def __call__(self, ids: Any, mask: Any, exits: Sequence[int] | None = None) -> dict[int, Any]:
        """Return exit -> states, (texts, tokens, width), as a model that ends there gives them.

        Parameters
        ----------
        ids, mask
            Token ids, and 1 for a real token; (texts, tokens).
        exits
            The exits to compute; by default, all. No block after the deepest exit runs.
        """
        computed = self.exits if exits is None else exits
        states = _block_outputs(self.model, self.blocks[: max(computed)], ids, mask)
        return {exit_: self.end(states[exit_ - 1]) for exit_ in computed}

    def end(self, state: Any) -> Any:
        """Apply the final norm, where there is one."""
        return state if self.final_norm is None else self.final_norm(state)


_COUNTED_FROM_PAD = frozenset({"roberta", "xlm-roberta", "camembert", "mpnet", "longformer"})


def open_stream(name: str, exits: Sequence[int], place: Placement) -> ResidualStream:
    """Load a model, cut it after the deepest exit and find its final norm.

    Raises
    ------
    InputError
        If it is not there, has fewer blocks, cannot be taken apart, or needs remote code or pickled weights.
    """
    from transformers import AutoModel

    folder = safe_folder(name)
    try:
        with no_remote_code(name):
            model = AutoModel.from_pretrained(folder, trust_remote_code=False, use_safetensors=True, dtype=place.dtype)
    except InputError:
        raise
    except Exception as problem:  # a missing repository, a missing file, remote code: errors of many kinds
        raise refused(name, problem) from problem
    if model.config.is_encoder_decoder:
        model = model.get_encoder()
    model = model.to(place.device).eval()
    blocks = _blocks(name, model)
    if exits[-1] > len(blocks):
        raise InputError(f"{name} has {len(blocks)} blocks, and none numbered {exits[-1]}", "lower the exits")
    norm = _final_norm(name, model, blocks)
    # From here on the model ends at its deepest exit.
    del blocks[exits[-1] :]
    for key in ("num_hidden_layers", "num_layers"):
        if isinstance(getattr(model.config, key, None), int):
            setattr(model.config, key, exits[-1])
    return ResidualStream(model, blocks, norm, tuple(exits))


def open_tokenizer(name: str) -> Any:
    """Return a model's tokenizer, which pads on the right.

    Raises
    ------
    InputError
        If it is not there, or needs remote code.
    """
    from transformers import AutoTokenizer

    folder = safe_folder(name)
    try:
        with no_remote_code(name):
            tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except InputError:
        raise
    except Exception as problem:
        raise refused(name, problem) from problem
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    # On the right it moves no position, be they learned or rotated, and a causal model never sees it.
    tokenizer.padding_side = "right"
    return tokenizer


def usual_pooling(name: str) -> str:
    """Return the pooling of a model's sentence-transformers configuration; ``mean`` where it has none."""
    path = safe_folder(name) / POOLING_CONFIG
    modes = read_json(path) if path.is_file() else {}
    return next((ours for theirs, ours in POOLING_MODES.items() if modes.get(theirs)), "mean")


def weights_digest(model: Any) -> str:
    """Hash the weights of a torch module, with their names and format."""
    import torch

    hashed = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        hashed.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}".encode())
        hashed.update(tensor.contiguous().cpu().flatten().view(torch.uint8).numpy())
    return hashed.hexdigest()


def _blocks(name: str, model: Any) -> Any:
    """Return the list of blocks: the first as long as the configuration says."""
    from torch.nn import ModuleList

    computed = model.config.num_hidden_layers
    found = next((part for part in model.modules() if isinstance(part, ModuleList) and len(part) == computed), None)
    if found is None:
        raise InputError(f"{name} has no list of {computed} blocks", "score it as 'st:NAME'")
    return found


def _final_norm(name: str, model: Any, blocks: Any) -> Any | None:
    """Return the part that makes the model's output of the last block's, found by trying."""
    import torch

    ids = torch.tensor(PROBE, device=model.device)
    mask = torch.ones_like(ids)
    with torch.inference_mode():
        output = model(input_ids=ids, attention_mask=mask).last_hidden_state
        state = _block_outputs(model, blocks, ids, mask)[-1]
        if torch.allclose(state, output):
            return None
        inside = {part for block in blocks for part in block.modules()}
        norms = [part for part in model.modules() if part not in inside and "norm" in type(part).__name__.lower()]
        for norm in norms:
            if torch.allclose(norm(state), output, rtol=1e-2, atol=1e-3):
                return norm
    raise InputError(f"{name} does more than a norm after its last block", "score it as 'st:NAME'")


class _Reached(Exception):
    """The last block that is wanted has run."""


def _block_outputs(model: Any, blocks: Any, ids: Any, mask: Any) -> list[Any]:
    """Run the model up to the last of ``blocks``; return what each of them gave."""
    states: list[Any] = []

    def keep(_: Any, __: Any, given: Any) -> None:
        states.append(given[0] if isinstance(given, tuple) else given)
        if len(states) == len(blocks):
            raise _Reached

    hooks = [block.register_forward_hook(keep) for block in blocks]
    try:
        model(input_ids=ids, attention_mask=mask)
    except _Reached:
        pass
    finally:
        for hook in hooks:
            hook.remove()
    return states
