"""The residual stream of any HuggingFace encoder: its blocks, and the norm after the last of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synthcode.errors import InputError
from synthcode.evaluation.encoders.checkpoints.checkpoint_files import refused
from synthcode.evaluation.encoders.checkpoints.remote_code import no_remote_code
from synthcode.evaluation.encoders.exits.stream_inputs import encoder_folder

if TYPE_CHECKING:
    from synthcode.evaluation.device import Placement

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


def open_stream(name: str, exits: Sequence[int] | None, place: Placement) -> ResidualStream:
    """Load a model, cut it after the deepest exit and find its final norm.

    Parameters
    ----------
    name
        A folder, or a repository on the Hub.
    exits
        Ascending; None takes every block.
    place
        Device and number format.

    Raises
    ------
    InputError
        If it is not there, has fewer blocks, cannot be taken apart, or needs remote code or pickled weights.
    """
    model = _load(name, place).to(place.device).eval()
    blocks = _blocks(name, model)
    chosen = tuple(range(1, len(blocks) + 1)) if exits is None else tuple(exits)
    if chosen[-1] > len(blocks):
        raise InputError(f"{name} has {len(blocks)} blocks, and none numbered {chosen[-1]}", "lower the exits")
    norm = _final_norm(name, model, blocks)
    # From here on the model ends at its deepest exit.
    del blocks[chosen[-1] :]
    shorten(model.config, chosen[-1])
    model.config.use_cache = False  # nothing is generated
    return ResidualStream(model, blocks, norm, chosen)


def shorten(config: Any, blocks: int) -> None:
    """Have a configuration describe the first blocks only."""
    for key in ("num_hidden_layers", "num_layers"):
        if isinstance(getattr(config, key, None), int):
            setattr(config, key, blocks)
    if getattr(config, "layer_types", None):
        config.layer_types = config.layer_types[:blocks]


def _load(name: str, place: Placement) -> Any:
    """Load a model; of one with a decoder, its encoder."""
    from transformers import AutoConfig, AutoModel
    from transformers.models.auto.modeling_auto import MODEL_FOR_TEXT_ENCODING_MAPPING

    folder = encoder_folder(name)
    try:
        with no_remote_code(name):
            config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
            encoder: Any = MODEL_FOR_TEXT_ENCODING_MAPPING.get(type(config), None)
            # T5's kind has a class of its own for the encoder, which is saved and loaded without a decoder.
            is_half = encoder is not None and encoder.__name__.endswith("EncoderModel")
            loader: Any = encoder if is_half else AutoModel
            model = loader.from_pretrained(folder, trust_remote_code=False, use_safetensors=True, dtype=place.dtype)
    except InputError:
        raise
    except Exception as problem:  # a missing repository, a missing file, remote code: errors of many kinds
        raise refused(name, problem) from problem
    return model.get_encoder() if model.config.is_encoder_decoder and not is_half else model


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
    with torch.no_grad():  # what it computes may be kept, as rotations are, and trained with
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
