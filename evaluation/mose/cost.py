"""The cost of an exit of MoSE: by formula, and measured in passes that end there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from synthcode.evaluation.cost import BATCHES, ExitCost, ExitSize, Speed, measure_speed
from synthcode.evaluation.mose.configuration import MoseConfig

if TYPE_CHECKING:
    from synthcode.evaluation.mose.model import MoseModel


def exit_costs(
    model: MoseModel, tokens: int = 512, batches: Sequence[int] = BATCHES, repeats: int = 5
) -> list[ExitCost]:
    """Return the cost of every exit, shallowest first.

    Parameters
    ----------
    model
        In evaluation mode, on its device.
    tokens
        Length of each text; the texts are random tokens, unpadded.
    batches, repeats
        As :func:`synthcode.evaluation.cost.measure_speed` takes them.
    """
    sizes = exit_sizes(model.config, tokens)
    return [ExitCost(**asdict(size), speed=_speed(model, size.exit, tokens, batches, repeats)) for size in sizes]


def exit_sizes(config: MoseConfig, tokens: int = 512) -> list[ExitSize]:
    """Return the size of every exit, shallowest first, for texts of ``tokens`` tokens; nothing is timed."""
    return [
        ExitSize(
            exit=exit_,
            tokens=tokens,
            parameters=exit_parameters(config, exit_),
            flops_per_token=forward_flops(config, exit_, tokens) / tokens,
        )
        for exit_ in config.exits
    ]


def exit_parameters(config: MoseConfig, exit_: int) -> int:
    """Return the number of parameters of the checkpoint cut at one exit: embeddings, blocks, final norm, one head."""
    width, inner, bias = config.hidden_size, config.intermediate_size, int(config.use_bias)
    keys = config.num_key_value_heads * config.head_size
    attention = 2 * width * (width + bias) + 2 * keys * (width + bias)
    feed_forward = inner * (width + bias) + width * (inner + bias)
    norm = 2 * width
    head = config.head_linears * width * (width + 1)
    return config.vocab_size * width + exit_ * (attention + feed_forward + 2 * norm) + norm + head


def forward_flops(config: MoseConfig, exit_: int, tokens: int) -> int:
    """Return the floating-point operations of one text's pass up to one exit.

    Two for each multiply-add of a matrix product, as profilers count them (Kaplan et al. 2020, arXiv 2001.08361,
    section 2.1, with attention in full); norms, activations, rotations and the look-up of embeddings are not counted.
    Attention is bidirectional: queries times keys and weights times values take ``2 * tokens ** 2 * hidden_size`` each.

    Parameters
    ----------
    config
        The encoder.
    exit_
        How many blocks run.
    tokens
        Length of the text, special tokens included.
    """
    width = config.hidden_size
    keys = config.num_key_value_heads * config.head_size
    linears = 2 * tokens * width * (2 * width + 2 * keys + 2 * config.intermediate_size)
    attention = 4 * tokens**2 * width
    projected = tokens if config.pooling == "mean" else 1
    head = 2 * projected * config.head_linears * width**2
    return exit_ * (linears + attention) + head


def _speed(model: MoseModel, exit_: int, tokens: int, batches: Sequence[int], repeats: int) -> Speed:
    import torch

    device = next(model.parameters()).device

    def run(texts: int) -> object:
        ids = torch.randint(model.config.vocab_size, (texts, tokens), device=device)
        with torch.inference_mode():
            return model(ids, exits=(exit_,)).embeddings[exit_].cpu()  # the device is done when they are here

    return measure_speed(run, batches, repeats)
