"""What an exit of any HuggingFace encoder costs: counted by torch's profiler, and on the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from synthcode.evaluation.cost import BATCHES, ExitCost, ExitSize, Speed, measure_speed

if TYPE_CHECKING:
    from synthcode.evaluation.encoders.exits.residual_stream import ResidualStream


def stream_costs(
    stream: ResidualStream,
    tokens: int,
    batches: Sequence[int] = BATCHES,
    repeats: int = 5,
    *,
    heads: Any | None = None,
) -> list[ExitCost]:
    """Return the cost of every exit, shallowest first, in passes that end there.

    Parameters
    ----------
    stream
        The model; its parameters include everything but the blocks after an exit and BERT's pooler.
    tokens
        Length of each text; the texts are random tokens, unpadded.
    batches, repeats
        As :func:`synthcode.evaluation.cost.measure_speed` takes them.
    heads
        The exits' projections of pooled vectors.
    """
    import torch

    device = stream.model.device

    def encode(texts: int, exit_: int) -> object:
        ids = torch.randint(1, stream.model.config.vocab_size, (texts, tokens), device=device)
        with torch.inference_mode():
            states = stream(ids, torch.ones_like(ids), (exit_,))[exit_]
            if heads is not None:
                heads[str(exit_)](states[:, 0].float())
            return states.cpu()  # the device is done when they are here

    def speed(exit_: int) -> Speed:
        return measure_speed(lambda texts: encode(texts, exit_), batches, repeats)

    sizes = stream_sizes(stream, tokens, heads=heads)
    return [ExitCost(**asdict(size), speed=speed(size.exit)) for size in sizes]


def stream_sizes(stream: ResidualStream, tokens: int, *, heads: Any | None = None) -> list[ExitSize]:
    """Return the size of every exit, shallowest first, as :func:`stream_costs` does; nothing is timed."""
    return [
        ExitSize(
            exit=exit_,
            tokens=tokens,
            parameters=_parameters(stream, exit_) + _count(heads[str(exit_)] if heads else None),
            flops_per_token=(_flops(stream, exit_, tokens) + (2 * stream.width**2 if heads else 0)) / tokens,
        )
        for exit_ in stream.exits
    ]


def _parameters(stream: ResidualStream, exit_: int) -> int:
    unused = [*stream.blocks[exit_:], getattr(stream.model, "pooler", None)]
    return _count(stream.model) - sum(map(_count, unused))


def _count(module: Any | None) -> int:
    return 0 if module is None else sum(parameter.numel() for parameter in module.parameters())


def _flops(stream: ResidualStream, exit_: int, tokens: int) -> int:
    """Count one text's pass. In eager attention: the profiler does not see into every fused one."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    was_training = stream.model.training
    usual = stream.model.config._attn_implementation
    stream.model.eval()  # dropout would draw random numbers
    stream.model.set_attn_implementation("eager")
    ids = torch.ones((1, tokens), dtype=torch.long, device=stream.model.device)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        stream(ids, torch.ones_like(ids), (exit_,))
    stream.model.set_attn_implementation(usual)
    stream.model.train(was_training)
    return int(counter.get_total_flops())
