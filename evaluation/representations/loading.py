"""Models of sentence-transformers' families, loaded without remote code and pickles."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synthcode.errors import InputError, SynthcodeError, first_line
from synthcode.evaluation.device import resolve
from synthcode.evaluation.encoder import Side
from synthcode.evaluation.encoders.checkpoint_files import refused, safe_folder
from synthcode.evaluation.encoders.model_families import require_family
from synthcode.evaluation.encoders.remote_code import no_remote_code
from synthcode.evaluation.encoders.residual_stream import weights_digest
from synthcode.evaluation.encoders.tokenizer_files import tokenizer_digests
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
        place = resolve(device, "float32" if dtype == "auto" else dtype)
        self._folder = safe_folder(name, revision)
        require_family(self._folder, name, family)
        self.model = _load(family, self._folder, name, str(place.device), place.dtype)
        if max_tokens is not None:
            self.model.max_seq_length = max_tokens

    @property
    def identity(self) -> str:
        """A digest of weights, modules, tokenizer, prompts, longest input and similarity."""
        modules = [[type(module).__name__, _settings(module)] for module in self.model.modules()]
        own = [dict(self.model.prompts), self.model.default_prompt_name, self.model.max_seq_length]
        weights = weights_digest(self.model)
        similarity = str(self.model.similarity_fn_name)
        return digest(self.name, weights, modules, tokenizer_digests(self._folder), own, self._prompts, similarity)

    def encode(self, texts: list[str], side: Side, **options: Any) -> Any:
        """Return what the model gives for texts of one side, as its authors evaluate it.

        Raises
        ------
        InputError
            If the model fails.
        """
        encode = self.model.encode_query if side == "query" else self.model.encode_document
        try:
            return encode(
                texts, prompt=self._prompts.get(side), batch_size=BATCH_TEXTS, show_progress_bar=False, **options
            )
        except (SynthcodeError, MemoryError):
            raise
        except Exception as problem:  # errors of many kinds, from modules of many kinds
            raise InputError(
                f"{self.name} failed on {len(texts)} texts: {type(problem).__name__}: {first_line(problem)}",
                f"see whether its encode_{side} encodes such texts (--debug shows the traceback)",
            ) from problem


def _load(family: str, folder: Path, name: str, device: str, dtype: Any) -> Any:
    import sentence_transformers

    try:
        with no_remote_code(name):
            return getattr(sentence_transformers, family)(
                str(folder),
                device=device,
                trust_remote_code=False,
                local_files_only=True,
                model_kwargs={"use_safetensors": True, "dtype": dtype},
            )
    except InputError:
        raise
    except Exception as problem:  # a missing file, remote code: errors of many kinds
        raise refused(name, problem) from problem


def _settings(module: Any) -> str:
    return str(module.get_config_dict()) if hasattr(module, "get_config_dict") else ""
