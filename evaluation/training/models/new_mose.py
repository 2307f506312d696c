"""A MoSE encoder with random weights, and a tokenizer trained on the texts that it will read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import torch

from synthcode.errors import InputError
from synthcode.evaluation.mose.configuration import MoseConfig
from synthcode.evaluation.mose.model import MoseModel
from synthcode.evaluation.mose.tokens import SPECIAL_TOKENS, MoseTokenizer
from synthcode.evaluation.training.models.mose_exits import MoseExits
from synthcode.evaluation.training.models.tokenizer_training import train_tokenizer
from synthcode.evaluation.training.settings import NewModel

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def new_mose(
    sizes: NewModel, exits: Sequence[int] | None, texts: Iterable[str], random_seed: int, max_tokens: int
) -> MoseExits:
    """Return a MoSE encoder that has learned nothing yet.

    Parameters
    ----------
    sizes
        Blocks and widths.
    exits
        Ascending; None takes every block.
    texts
        Those to train the tokenizer on. The same ones, in any order, make the same tokenizer.
    random_seed
        Of the weights.
    max_tokens
        Longest input, while training and afterwards: no position is read that was not trained.

    Raises
    ------
    InputError
        If the sizes do not fit together, an exit is deeper than the blocks, or there is no text.
    """
    _refuse_sizes(sizes)
    tokenizer = train_tokenizer(texts, sizes.vocabulary)
    chosen = tuple(exits or range(1, sizes.layers + 1))
    config = MoseConfig(
        exits=chosen,
        num_hidden_layers=min(chosen[-1], sizes.layers),
        hidden_size=sizes.hidden,
        intermediate_size=sizes.intermediate,
        num_attention_heads=sizes.heads,
        num_key_value_heads=sizes.key_value_heads,
        vocab_size=tokenizer.get_vocab_size(),
        max_position_embeddings=max_tokens,
        # Every exit is what the model that ends there would give, whichever of them is the last.
        normed_exits=chosen,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(random_seed)
        model = MoseModel(config).eval()
    return MoseExits(model, _mose_tokenizer(tokenizer, config.max_position_embeddings))


def _mose_tokenizer(tokenizer: Tokenizer, max_tokens: int) -> MoseTokenizer:
    ids = {kind: tokenizer.token_to_id(token) or 0 for kind, token in SPECIAL_TOKENS.items()}
    return MoseTokenizer(
        tokenizer,
        SPECIAL_TOKENS["sep_token"],
        SPECIAL_TOKENS["cls_token"],
        cls_id=ids["cls_token"],
        pad_id=ids["pad_token"],
        max_tokens=max_tokens,
    )


def _refuse_sizes(sizes: NewModel) -> None:
    """Refuse sizes that no attention can be made of."""
    if sizes.hidden % sizes.heads or sizes.hidden // sizes.heads % 2:
        raise InputError(
            f"{sizes.hidden} dimensions cannot be shared by {sizes.heads} attention heads",
            "choose a width that is an even multiple of the heads",
        )
    if sizes.heads % sizes.key_value_heads:
        raise InputError(
            f"{sizes.heads} attention heads cannot share {sizes.key_value_heads} key-value heads",
            "choose a number of key-value heads that divides the heads",
        )
