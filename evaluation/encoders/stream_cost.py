"""What an exit of any HuggingFace encoder costs: counted by torch's profiler, and on the clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from synthcode.evaluation.cost import BATCHES, ExitCost, measure_speed

if TYPE_CHECKING:
    from synthcode.evaluation.encoders.residual_stream import ResidualStream


def stream_costs(
    stream: ResidualStream, tokens: int, batches: Sequence[int] = BATCHES, repeats: int = 5
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
    """
    import torch

    device = stream.model.device

    def encode(texts: int, exit_: int) -> object:
        ids = torch.randint(1, stream.model.config.vocab_size, (texts, tokens), device=device)
        with torch.inference_mode():
            return stream(ids, torch.ones_like(ids), (exit_,))[exit_].cpu()  # the device is done when they are here

    return [
        ExitCost(
            exit=exit_,
            tokens=tokens,
            parameters=_parameters(stream, exit_),
            flops_per_token=_flops(stream, exit_, tokens) / tokens,
            speed=measure_speed(lambda texts, exit_=exit_: encode(texts, exit_), batches, repeats),  # type: ignore[misc]
        )
        for exit_ in stream.exits
    ]


def _parameters(stream: ResidualStream, exit_: int) -> int:
    unused = [*stream.blocks[exit_:], *filter(None, [getattr(stream.model, "pooler", None)])]
    without: int = sum(parameter.numel() for part in unused for parameter in part.parameters())
    return int(sum(parameter.numel() for parameter in stream.model.parameters())) - without


def _flops(stream: ResidualStream, exit_: int, tokens: int) -> int:
    """Count one text's pass. In eager attention: the profiler does not see into every fused one."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    usual = stream.model.config._attn_implementation
    stream.model.set_attn_implementation("eager")
    ids = torch.ones((1, tokens), dtype=torch.long, device=stream.model.device)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        stream(ids, torch.ones_like(ids), (exit_,))
    stream.model.set_attn_implementation(usual)
    return int(counter.get_total_flops())
