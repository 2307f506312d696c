"""The MoSE encoder: StarCoder2 blocks that see both ways, with an embedding after some of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from synthcode.errors import InputError
from synthcode.evaluation.mose.configuration import OPEN_CHOICES, MoseConfig
from synthcode.evaluation.mose.heads import ExitHead

ATTENTIONS = ("sdpa", "eager", "flash_attention_2")


@dataclass(frozen=True)
class ExitOutputs:
    """The result of one forward pass, by exit; all of it carries gradients in train mode."""

    embeddings: dict[int, Tensor]
    """Exit -> projected, pooled, normalised vectors, (texts, hidden_size)."""
    hidden_states: dict[int, Tensor]
    """Exit -> what its head was given, (texts, tokens, hidden_size); padding included."""


class MoseModel(nn.Module):
    """An encoder with an exit after some of its blocks.

    Parameters
    ----------
    config
        Sizes, exits and open choices.
    attention
        ``sdpa``, ``eager`` or ``flash_attention_2``.
    """

    def __init__(self, config: MoseConfig, attention: str = "sdpa") -> None:
        from transformers import Starcoder2Model

        super().__init__()
        if attention not in ATTENTIONS:
            raise InputError(f"no attention {attention!r}", f"choose among {', '.join(ATTENTIONS)}")
        self.config = config
        self.backbone: Any = Starcoder2Model(backbone_config(config, attention))
        blocks: Any = self.backbone.layers
        for block in blocks:
            # In padded batches the mask decides what attends to what; without padding this flag does.
            block.self_attn.is_causal = not config.bidirectional
        self.gradient_checkpointing = False
        """In train mode, keep only inputs of blocks and run the blocks again in the backward pass: saves memory."""
        self.heads = nn.ModuleDict({str(exit_): ExitHead(config) for exit_ in config.exits})

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor | None = None, exits: Sequence[int] | None = None
    ) -> ExitOutputs:
        """Run the blocks up to the deepest requested exit, once.

        Parameters
        ----------
        input_ids
            Token ids, (texts, tokens), padded on either side.
        attention_mask
            1 for a real token, 0 for padding, (texts, tokens); absent, every token is real.
        exits
            The exits to compute; absent, all. ``(4, 9)`` runs nine blocks.

        Raises
        ------
        InputError
            If one of ``exits`` is not an exit of this model.
        """
        selected = self.config.cut(self.config.exits if exits is None else exits).exits
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask.to(input_ids.dtype)
        states = self._states(input_ids, mask, selected)
        return ExitOutputs({exit_: self.heads[str(exit_)](states[exit_], mask) for exit_ in selected}, states)

    def _states(self, input_ids: Tensor, mask: Tensor, exits: Sequence[int]) -> dict[int, Tensor]:
        """Return the state at each exit, normed where the configuration says so."""
        backbone = self.backbone
        hidden = backbone.embed_tokens(input_ids)
        hidden = nn.functional.dropout(hidden, self.config.embedding_dropout, self.training)
        # Positions count real tokens: padding then moves nothing, in half precision too.
        positions = (mask.cumsum(1) - 1).clamp_min(0)
        rotations = backbone.rotary_emb(hidden, position_ids=positions)
        visible = self._visibility(hidden, mask)
        checkpointing = self.gradient_checkpointing and self.training
        states = {}
        for number, block in enumerate(backbone.layers[: exits[-1]], start=1):
            run = partial(checkpoint, block, use_reentrant=False) if checkpointing else block
            hidden = run(hidden, attention_mask=visible, position_embeddings=rotations)
            if number in exits:
                states[number] = backbone.norm(hidden) if number in self.config.normed_exits else hidden
        return states

    def _visibility(self, hidden: Tensor, mask: Tensor | None) -> Any:
        """Return the mask in the form that the attention in use takes; none where nothing is hidden."""
        from transformers.masking_utils import create_bidirectional_mask, create_causal_mask

        seen: dict[str, Any] = {"config": self.backbone.config, "inputs_embeds": hidden, "attention_mask": mask}
        if self.config.bidirectional:
            return create_bidirectional_mask(**seen)
        return create_causal_mask(**seen, past_key_values=None)


def backbone_config(config: MoseConfig, attention: str) -> Any:
    """Return the configuration of the StarCoder2 backbone."""
    from transformers import Starcoder2Config

    own = {"exits", "rope_theta", *OPEN_CHOICES}
    shared: dict[str, Any] = {field.name: getattr(config, field.name) for field in fields(config)}
    backbone = Starcoder2Config(
        **{name: value for name, value in shared.items() if name not in own},
        rope_parameters={"rope_type": "default", "rope_theta": config.rope_theta},
        sliding_window=None,
        use_cache=False,
        bos_token_id=0,
        eos_token_id=0,
    )
    backbone._attn_implementation = attention
    backbone.is_causal = not config.bidirectional
    return backbone
