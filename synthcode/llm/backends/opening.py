"""How the built-in backends are opened: a server, vLLM in this process, a recording, or batch files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from synthcode.errors import InputError
from synthcode.execution.hosting import Hosts
from synthcode.llm.backend import Backend
from synthcode.llm.backends.batch_files.backend import BatchFiles
from synthcode.llm.backends.openai.connection.api_key import KEY_VARIABLE, URL_VARIABLE, trusted_addresses
from synthcode.llm.backends.replay import Replay
from synthcode.llm.backends.setup import BackendSetup


@contextmanager
def open_recording(setup: BackendSetup) -> Iterator[tuple[Backend, str]]:
    """Provide a recording, and the model that it is of.

    Raises
    ------
    InputError
        If the recipe names no recording, or it is of several models and none is named.
    """
    path, model = setup.config.recording, setup.model
    if path is None:
        raise InputError("the replay backend has no recording", "name it with --recording FILE")
    recording = Replay(Path(path), model)
    yield recording, model or _only_model(recording, path)


@contextmanager
def open_batch_files(setup: BackendSetup) -> Iterator[tuple[Backend, str]]:
    """Provide files of requests and results, as batch APIs have them."""
    model, config = setup.required_model(), setup.config
    yield BatchFiles(setup.batches, config.batch, retry_failed=config.retry_failed), model


@contextmanager
def open_engine(setup: BackendSetup) -> Iterator[tuple[Backend, str]]:
    """Provide vLLM's engine in this process, or an engine on each machine of an executor that has some."""
    from synthcode.llm.backends.vllm.engine import VLLMEngine
    from synthcode.llm.backends.vllm.hosted_engine import HostedEngine
    from synthcode.llm.backends.vllm.hosted_engines import HostedEngines
    from synthcode.llm.backends.vllm.options import gpus_of

    model, options = setup.required_model(), setup.config.engine
    if not isinstance(setup.executor, Hosts):
        yield VLLMEngine(model, options), model
        return
    # A folder has to be at the same place on every machine; an engine there runs in another working directory.
    path = str(Path(model).resolve()) if Path(model).exists() else model
    with setup.executor.hosting(partial(HostedEngine, path, dict(options)), gpus_of(options)) as hosts:
        setup.message(f"starting {len(hosts)} engines of vLLM for {model}: that may take minutes")
        yield HostedEngines(hosts, setup.message), model


@contextmanager
def open_server(setup: BackendSetup) -> Iterator[tuple[Backend, str]]:
    """Provide a server that speaks OpenAI's protocol; start vLLM's for the time of the block if the recipe says so."""
    from synthcode.llm.backends.openai.server import OpenAIServer
    from synthcode.llm.backends.vllm.serving import serving

    model, config = setup.required_model(), setup.config
    if config.serve is not None:
        setup.message(f"starting vLLM's server for {model}: that may take minutes")
        with serving(model, config.serve) as base_url:
            setup.message(f"vLLM's server is up at {base_url}")
            yield OpenAIServer([base_url], model, use_proxies=False), model
        return
    base_urls = config.base_urls or tuple(filter(None, [os.environ.get(URL_VARIABLE)]))
    key, key_urls = os.environ.get(KEY_VARIABLE), trusted_addresses(base_urls, setup.named_urls)
    for url in base_urls:
        if key and url not in key_urls:
            setup.message(
                f"{KEY_VARIABLE} is not sent to {url}, which the recipe names: to send it, add --base-url {url}"
            )
    yield OpenAIServer(base_urls, model, key, key_urls=key_urls, model_check=config.model_check), model


def _only_model(recording: Replay, path: str) -> str:
    """Return the model that a recording is of; one that names none gets the name ``recording``."""
    models = recording.recorded_models()
    if len(models) > 1:
        raise InputError(f"{path} is of several models: {', '.join(models)}", "say which with --model")
    return models[0] if models else "recording"
