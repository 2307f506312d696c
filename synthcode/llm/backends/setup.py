"""What a backend is opened with: the section ``backend:`` of a recipe, and the run around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Ge, Le

from synthcode.errors import InputError
from synthcode.execution.executor import Executor
from synthcode.llm.backend import Backend


@dataclass(frozen=True)
class BatchFilesConfig:
    """What the backend ``batch-file`` reads and writes."""

    results: tuple[str, ...] = ()
    """Files of results, or folders of them, next to those in ``RUN/batches/results``."""
    rows: Annotated[int, Ge(1)] = 50_000
    """Most requests in one file. OpenAI takes 50,000."""
    megabytes: Annotated[int, Ge(1)] = 200
    """Largest size of one file, in millions of bytes. OpenAI takes 200."""


@dataclass(frozen=True)
class BackendConfig:
    """Where completions come from. A change invalidates nothing: a completion is identified by its request."""

    name: str = "openai"
    """A server that speaks OpenAI's protocol, ``vllm`` in this process, a recording (``replay``), files of requests and
    results (``batch-file``), or a plug-in's."""
    base_urls: tuple[str, ...] = ()
    """Servers with the same model, up to and including ``/v1``."""
    model_check: bool = True
    """Whether a server must list the model, or answer for it if it lists none; ``--no-model-check``."""
    recording: str | None = None
    """Parquet or JSONL that the replay backend reads."""
    batch: BatchFilesConfig = field(default_factory=BatchFilesConfig)
    """Files of requests and results of the backend ``batch-file``."""
    engine: Mapping[str, Any] = field(default_factory=dict)
    """Options of vLLM's engine (``vllm``), such as max_model_len. With the executor ``ray``, each group of
    ``tensor_parallel_size`` GPUs of the cluster has an engine."""
    serve: tuple[str, ...] | None = None
    """Start vLLM's server for the time of translating, with these arguments; None if one is up already."""
    retry_failed: bool = False
    """Repeat the requests that the server refused for good, too."""
    max_failed: Annotated[float, Ge(0), Le(1)] = 0.2
    """The run fails if more than this share of the finished requests failed. Pending requests are not failures."""
    price_in: Annotated[float, Ge(0)] | None = None
    """Price of a million tokens of prompt, in any currency; with ``price_out``, the cost is printed."""
    price_out: Annotated[float, Ge(0)] | None = None
    """Price of a million tokens of answers."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Options of a plug-in's backend. They are written to the recipe: no secrets."""


@dataclass(frozen=True)
class BackendSetup:
    """What a backend is opened with."""

    config: BackendConfig
    model: str | None
    """The model that the recipe names."""
    named_urls: Sequence[str]
    """Servers that the user named on the command line."""
    message: Callable[[str], None]
    """Tells the user something, in one line."""
    batches: Path = Path("batches")
    """Where the run keeps files of requests and results."""
    executor: Executor | None = None
    """Where the run's work is done; None for a backend that is opened without a run."""

    def required_model(self) -> str:
        """Return the model.

        Raises
        ------
        InputError
            If the recipe names none.
        """
        if self.model is None:
            raise InputError(
                "no model was named", "say which with --model, as the server knows it (see its /v1/models)"
            )
        return self.model


BackendOpener = Callable[[BackendSetup], AbstractContextManager[tuple[Backend, str]]]
"""Provides a backend, and the model that requests name, while the block runs: what an entry point names."""
