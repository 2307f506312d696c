"""Small sparse encoders and late-interaction models, saved as sentence-transformers saves them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from sentence_transformers import MultiVectorEncoder, SparseEncoder
from sentence_transformers.base.modules import Dense, Transformer
from sentence_transformers.multi_vector_encoder.modules import MultiVectorMask
from sentence_transformers.sentence_transformer.modules import Normalize
from sentence_transformers.sparse_encoder.modules import MLMTransformer, SpladePooling

from tests.support.models.sentence_models import WIDTH, write_bert

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def write_splade(folder: Path, words: Sequence[str]) -> Path:
    """Write a sparse encoder with a head for masked words."""
    bert = write_bert(folder / "bert", architecture="BertForMaskedLM", words=[*SPECIAL, *words], spread=0.3)
    model = SparseEncoder(modules=[MLMTransformer(str(bert)), SpladePooling("max")], device="cpu")
    model.save(str(folder / "splade"), create_model_card=False)
    return folder / "splade"


def write_colbert(folder: Path, words: Sequence[str]) -> Path:
    """Write a late-interaction model with a projection; signs of documents are not scored."""
    bert = write_bert(folder / "bert", words=[*SPECIAL, *words], spread=0.3)
    torch.manual_seed(1)
    projection = Dense(
        WIDTH, 8, bias=False, activation_function=torch.nn.Identity(), module_input_name="token_embeddings"
    )
    mask = MultiVectorMask(["(", ")"])
    modules = [Transformer(str(bert)), projection, mask, Normalize(module_input_name="token_embeddings")]
    model = MultiVectorEncoder(modules=modules, device="cpu", prompts={"query": "query : ", "document": ""})
    model.save(str(folder / "colbert"), create_model_card=False)
    return folder / "colbert"
