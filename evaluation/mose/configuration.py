"""The configuration of a MoSE encoder: its published sizes, and the choices that public sources leave open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from synthcode.errors import InputError, did_you_mean

OPEN_CHOICES = ("head_linears", "head_activation", "pooling", "normed_exits", "unit_norm", "bidirectional")
"""Fields that the published ``config.json`` does not hold; a checkpoint written here keeps them under ``mose``."""


@dataclass(frozen=True)
class MoseConfig:
    """Sizes and choices of one MoSE encoder; the defaults are the published ones.

    Sizes are those of ``config.json`` in modularStarEncoder/ModularStarEncoder on the Hub. What follows
    ``initializer_range`` is not in it: each of those fields says what speaks for its default.
    """

    exits: tuple[int, ...] = (4, 9, 18, 27, 36)
    """Numbers of blocks after which an embedding is taken (``matryoshka_layers``), ascending."""
    num_hidden_layers: int = 36
    hidden_size: int = 1024
    intermediate_size: int = 12288
    num_attention_heads: int = 16
    num_key_value_heads: int = 4
    vocab_size: int = 49156
    max_position_embeddings: int = 2048
    """Longest input, in tokens."""
    rope_theta: float = 999999.4420358813
    norm_epsilon: float = 1e-5
    hidden_act: str = "gelu_pytorch_tanh"
    use_bias: bool = True
    attention_dropout: float = 0.1
    residual_dropout: float = 0.1
    embedding_dropout: float = 0.1
    initializer_range: float = 0.018042

    head_linears: int = 2
    """Linear layers, ``hidden_size`` to ``hidden_size`` with bias, in each exit's projection head.

    Two fit the sizes of the published files to 0.1 %: five heads and 36 blocks make 2.124 GB in bf16 (2.12 published),
    one head and 4, 9 or 18 blocks 327, 605 and 1,106 MB (327, 605, 1.11 GB). One linear would make 325 MB at exit 4.
    """
    head_activation: Literal["leaky_relu", "gelu", "relu", "tanh", "identity"] = "leaky_relu"
    """Between a head's linears. StarEncoder's training code (bigcode-project/bigcode-encoder), whose names MoSE's
    code keeps, has Linear - LeakyReLU - Linear. File sizes say nothing about it."""
    pooling: Literal["last_token", "mean", "first_token"] = "last_token"
    """How a text's token vectors become one. StarEncoder takes the last vector of the mask, and MoSE moved ``<cls>``
    to the end of the input and pads on the left, which puts it last in every row. Against it: MoSE's mask covers all
    tokens from the first ``<sep>`` on, as a masked mean would need it."""
    normed_exits: tuple[int, ...] = (36,)
    """Exits whose state passes the final LayerNorm before the head. The published code reads ``hidden_states[exit]``
    of transformers, of which only the last entry is normed: exit 36 of the full model. A checkpoint cut at another exit
    keeps what its head was trained on, the bare residual stream."""
    unit_norm: Literal["always", "above_one"] = "always"
    """``always`` divides by the L2 norm; ``above_one`` does so only where it is above 1, as StarEncoder does. The
    model card says normalised; cosine rankings are the same for both."""
    bidirectional: bool = True
    """Whether a token sees those after it. The paper says so. transformers 4.39 (the published version) built a causal
    mask for padded SDPA batches all the same: ``False`` is for comparing with outputs made that way."""

    def __post_init__(self) -> None:
        if list(self.exits) != sorted(set(self.exits)) or not self.exits or self.exits[0] < 1:
            raise InputError(f"exits {self.exits} are not ascending block numbers", "number blocks from 1, each once")
        if self.exits[-1] > self.num_hidden_layers:
            raise InputError(
                f"exit {self.exits[-1]} is deeper than the {self.num_hidden_layers} blocks",
                "lower the exit, or load the checkpoint that has that many blocks",
            )

    @property
    def head_size(self) -> int:
        """Width of one attention head."""
        return self.hidden_size // self.num_attention_heads

    def cut(self, exits: Sequence[int]) -> MoseConfig:
        """Return the configuration that computes these exits and no deeper block.

        Raises
        ------
        InputError
            If one of them is not an exit of this encoder.
        """
        unknown = sorted(set(exits) - set(self.exits))
        if unknown or not exits:
            raise InputError(
                f"no exit {', '.join(map(str, unknown))}" if unknown else "no exit was requested",
                f"choose among {', '.join(map(str, self.exits))}",
            )
        selected = tuple(sorted(set(exits)))
        return replace(self, exits=selected, num_hidden_layers=selected[-1])

    def changed(self, choices: Mapping[str, object]) -> MoseConfig:
        """Return the configuration with other open choices, by name.

        Raises
        ------
        InputError
            If a name is not in ``OPEN_CHOICES``.
        """
        for name in choices:
            if name not in OPEN_CHOICES:
                raise InputError(
                    f"no choice {name!r}{did_you_mean(name, OPEN_CHOICES)}", f"choose among {', '.join(OPEN_CHOICES)}"
                )
        changes: dict[str, Any] = {name: as_field(value) for name, value in choices.items()}
        return replace(self, **changes)


def as_field(value: object) -> Any:
    """Return a JSON value as a field holds it: lists as tuples."""
    return tuple(value) if isinstance(value, list) else value


PUBLISHED = MoseConfig()
"""modularStarEncoder/ModularStarEncoder-finetuned: about one billion parameters."""
