"""Models of sentence-transformers' families, loaded without remote code and pickles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synthcode.evaluation.encoder import Side
from synthcode.evaluation.encoders.checkpoints.checkpoint_files import safe_folder
from synthcode.evaluation.encoders.checkpoints.model_families import require_family
from synthcode.evaluation.encoders.checkpoints.model_loading import failures_named, load_family_model, module_settings
from synthcode.evaluation.encoders.exits.residual_stream import weights_digest
from synthcode.evaluation.encoders.inputs.tokenizer_files import tokenizer_digests
from synthcode.identity import digest

BATCH_TEXTS = 32


class FamilyModel:
    """A model of one family, and what its representations depend on.

    Parameters
    ----------
    spec
        Its specification, as ``splade:NAME``.
    family
        Its class in sentence-transformers: ``SparseEncoder`` or ``MultiVectorEncoder``.
    dtype, device
        As :func:`synthcode.evaluation.device.resolve` takes them.
    max_tokens
        Longest input; None takes the model's own.
    prompts
        ``query`` and ``document`` -> what to put before texts; of a side that is absent, the model's own.
    revision
        Of a repository: branch, tag or commit.

    Raises
    ------
    InputError
        If the model is not there, is of another family, or needs remote code or pickled weights.
    """

    def __init__(
        self,
        spec: str,
        family: str,
        *,
        dtype: str,
        device: str,
        max_tokens: int | None,
        prompts: Mapping[str, str] | None,
        revision: str | None,
    ) -> None:
        name = spec.partition(":")[2]
        self.name, self._prompts = spec, dict(prompts or {})
        self._folder = safe_folder(name, revision)
        require_family(self._folder, name, family)
        self.model = load_family_model(family, self._folder, name, device=device, dtype=dtype)
        if max_tokens is not None:
            self.model.max_seq_length = max_tokens

    @property
    def identity(self) -> str:
        """A digest of weights, modules, tokenizer, prompts, longest input and similarity."""
        own = [dict(self.model.prompts), self.model.default_prompt_name, self.model.max_seq_length]
        weights = weights_digest(self.model)
        similarity = str(self.model.similarity_fn_name)
        return digest(
            self.name,
            weights,
            module_settings(self.model),
            tokenizer_digests(self._folder),
            own,
            self._prompts,
            similarity,
        )

    def encode(self, texts: list[str], side: Side, **options: Any) -> Any:
        """Return what the model gives for texts of one side, as its authors evaluate it.

        Raises
        ------
        InputError
            If the model fails.
        """
        encode = self.model.encode_query if side == "query" else self.model.encode_document
        with failures_named(self.name, f"{len(texts)} texts", f"its encode_{side} encodes such texts"):
            return encode(
                texts, prompt=self._prompts.get(side), batch_size=BATCH_TEXTS, show_progress_bar=False, **options
            )
