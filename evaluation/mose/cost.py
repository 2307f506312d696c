"""What an exit costs, by formula: parameters and floating-point operations."""

from __future__ import annotations

from dataclasses import dataclass

from evaluation.mose.configuration import MoseConfig


@dataclass(frozen=True)
class ExitCost:
    """The cost of one exit on its own: the blocks up to it, and its head."""

    exit: int
    parameters: int
    """Of the checkpoint cut at this exit: embeddings, blocks, final norm, one head."""
    flops_per_token: float
    """Of a text of ``tokens`` tokens, divided by ``tokens``: attention grows with length."""
    tokens: int


def exit_costs(config: MoseConfig, tokens: int = 512) -> list[ExitCost]:
    """Return the cost of every exit, shallowest first, for texts of ``tokens`` tokens."""
    return [
        ExitCost(exit_, exit_parameters(config, exit_), forward_flops(config, exit_, tokens) / tokens, tokens)
        for exit_ in config.exits
    ]


def exit_parameters(config: MoseConfig, exit_: int) -> int:
    """Return the number of parameters of the checkpoint cut at one exit."""
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
