"""The options of vLLM that may be set: by ``--engine``, ``backend.engine``, ``backend.serve`` and ``synthcode serve``.

vLLM's parser takes an option in many spellings, and several options run code or read pickles. So options are never
searched for dangerous ones: they are parsed here, checked against this list, and handed on in one spelling.
Names and kinds are those of ``EngineArgs`` and ``FrontendArgs`` in vLLM 0.12 to 0.33.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

from synthcode.errors import InputError, did_you_mean
from synthcode.llm.backends.vllm.values import (
    Choice,
    Count,
    File,
    Flag,
    Kind,
    Mapped,
    ModelName,
    Number,
    Word,
    refuse_option_like,
)

_SIZE = Count(1)
_TOKENS = Count(1, words={"auto": -1, "-1": -1})
_FLAG, _WORD = Flag(), Word()

_PARALLEL = ("tensor_parallel_size", "pipeline_parallel_size", "prefill_context_parallel_size", "data_parallel_size")
"""Options that multiply the GPUs of an engine."""

ENGINE_OPTIONS: Mapping[str, Kind] = {
    **dict.fromkeys(("tensor_parallel_size", "pipeline_parallel_size", "decode_context_parallel_size"), _SIZE),
    **dict.fromkeys(("prefill_context_parallel_size", "data_parallel_size", "data_parallel_size_local"), _SIZE),
    **dict.fromkeys(("max_num_seqs", "max_num_batched_tokens", "max_num_partial_prefills"), _SIZE),
    **dict.fromkeys(("max_long_partial_prefills", "block_size", "num_gpu_blocks_override"), _SIZE),
    **dict.fromkeys(("max_parallel_loading_workers", "max_seq_len_to_capture", "max_cudagraph_capture_size"), _SIZE),
    **dict.fromkeys(("kv_cache_memory_bytes", "stream_interval"), _SIZE),
    **dict.fromkeys(("seed", "long_prefill_token_threshold"), Count(0)),
    "max_logprobs": Count(-1),
    "max_model_len": _TOKENS,
    "optimization_level": Count(0, most=3),
    "gpu_memory_utilization": Number(0, 1),
    **dict.fromkeys(("swap_space", "cpu_offload_gb", "rope_theta"), Number(0)),
    **dict.fromkeys(("enforce_eager", "enable_prefix_caching", "enable_chunked_prefill", "async_scheduling"), _FLAG),
    **dict.fromkeys(("enable_expert_parallel", "disable_sliding_window", "disable_custom_all_reduce"), _FLAG),
    **dict.fromkeys(("disable_cascade_attn", "calculate_kv_scales", "disable_hybrid_kv_cache_manager"), _FLAG),
    **dict.fromkeys(("skip_mm_profiling", "language_model_only", "use_tqdm_on_load"), _FLAG),
    **dict.fromkeys(("disable_log_stats", "aggregate_engine_logging"), Flag(has_no=False)),
    "dtype": Choice("auto", "half", "float16", "bfloat16", "float", "float32"),
    **dict.fromkeys(("kv_cache_dtype", "quantization", "attention_backend", "reasoning_parser"), _WORD),
    **dict.fromkeys(("all2all_backend", "prefix_caching_hash_algo", "mamba_cache_dtype"), _WORD),
    # 'auto' of vLLM falls back on pickled weights: it is read as 'safetensors' here.
    "load_format": Choice("safetensors", "fastsafetensors", "runai_streamer", "mistral", "dummy", auto="safetensors"),
    "safetensors_load_strategy": Choice("lazy", "eager", "prefetch"),
    "tokenizer_mode": Choice("auto", "hf", "slow", "mistral"),
    "config_format": Choice("auto", "hf", "mistral"),
    "generation_config": Choice("auto", "vllm"),
    "model_impl": Choice("auto", "vllm", "transformers"),
    "runner": Choice("auto", "generate"),
    "scheduling_policy": Choice("fcfs", "priority"),
    "distributed_executor_backend": Choice("mp", "ray", "uni"),
    "data_parallel_backend": Choice("mp", "ray"),
    **dict.fromkeys(("revision", "tokenizer_revision", "tokenizer"), ModelName()),
    **dict.fromkeys(("rope_scaling", "limit_mm_per_prompt"), Mapped()),
}
"""Options of the engine, in this process or in a server."""

SERVER_OPTIONS: Mapping[str, Kind] = {
    **ENGINE_OPTIONS,
    **dict.fromkeys(("max_num_queued_reqs", "api_server_count", "max_log_len"), _SIZE),
    **dict.fromkeys(("enable_prompt_tokens_details", "enable_log_requests", "enable_server_load_tracking"), _FLAG),
    **dict.fromkeys(("disable_log_requests", "disable_uvicorn_access_log", "disable_fastapi_docs"), _FLAG),
    "uvicorn_log_level": Choice("critical", "error", "warning", "info", "debug", "trace"),
    "chat_template": File(),
    "chat_template_content_format": Choice("auto", "string", "openai"),
    "default_chat_template_kwargs": Mapped(),
    "served_model_name": ModelName(),
}
"""Those and the options of ``vllm serve``."""

_SHORT = {
    "-tp": "tensor_parallel_size",
    "-pp": "pipeline_parallel_size",
    "-dp": "data_parallel_size",
    "-dcp": "decode_context_parallel_size",
    "-q": "quantization",
    "-O": "optimization_level",
}
_WHY = {
    "trust_remote_code": "it runs code of the model's author",
    "hf_token": "secrets come from the environment: HF_TOKEN",
    "api_key": "secrets come from the environment, and the server listens on this machine only",
    "host": "the server listens on this machine only",
    "port": "it is set with 'synthcode serve --port'",
    "model": "it is set with --model",
}


def engine_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return checked options of ``AsyncEngineArgs``.

    Raises
    ------
    InputError
        If one is not allowed, or its value is not.
    """
    return {name: _checked(str(name), value, ENGINE_OPTIONS, repr(name)) for name, value in options.items()}


def server_options(arguments: Sequence[str]) -> dict[str, Any]:
    """Return the options that arguments for ``vllm serve`` set.

    Parameters
    ----------
    arguments
        Such as ``--max-model-len 8192``, ``--max_model_len=8192``, ``-tp 2``, ``--no-enable-prefix-caching``.
        Abbreviations are refused: what they stand for depends on vLLM's version.

    Raises
    ------
    InputError
        If one is not allowed, its value is not, or it has none.
    """
    return {name: _checked(name, value, SERVER_OPTIONS, written) for name, value, written in _assigned(arguments)}


def gpus_of(options: Mapping[str, Any]) -> int:
    """Return the number of GPUs that an engine with these options works on.

    Raises
    ------
    InputError
        If an option is not allowed, or its value is not.
    """
    checked = engine_options(options)
    return prod(checked.get(name, 1) for name in _PARALLEL)


def as_arguments(options: Mapping[str, Any]) -> list[str]:
    """Return checked options as arguments that vLLM's parser takes in one way only: whole names, no value like one."""
    arguments = []
    for name, value in options.items():
        option, kind = name.replace("_", "-"), SERVER_OPTIONS[name]
        if isinstance(kind, Flag):
            arguments += [f"--{option}"] if value else [f"--no-{option}"] if kind.has_no else []
        else:
            text = json.dumps(value) if isinstance(value, dict) else str(value)
            arguments += [f"--{option}={text}"] if text.startswith("-") else [f"--{option}", text]
    return arguments


def refuse_model_name(model: str) -> None:
    """Refuse a name of a model that vLLM would read as an option.

    Raises
    ------
    InputError
        If it begins with a dash.
    """
    refuse_option_like(model, "the model's name")


def _assigned(arguments: Sequence[str]) -> Iterator[tuple[str, Any, str]]:
    """Yield each option's name and value, and how the name was written."""
    rest = iter(arguments)
    for argument in rest:
        written, equals, value = argument.partition("=")
        if argument.startswith("-O") and len(written) > 2:
            written, equals, value = "-O", "=", argument[2:].removeprefix("=")
        name = written[2:].replace("-", "_") if written.startswith("--") else _SHORT.get(written, written)
        if not written.startswith("-"):
            raise InputError(f"{written!r} is not an option of vLLM", "write --NAME VALUE, or --NAME=VALUE")
        kind = SERVER_OPTIONS.get(name)
        if isinstance(SERVER_OPTIONS.get(name.removeprefix("no_")), Flag):
            yield name.removeprefix("no_"), (value if equals else True) if kind else False, written
        elif equals or kind is None:
            yield name, value, written
        else:
            yield name, next(rest, ""), written


def _checked(name: str, value: Any, allowed: Mapping[str, Kind], written: str) -> Any:
    kind = allowed.get(name)
    if kind is None:
        why = f": {_WHY[name]}" if name in _WHY else did_you_mean(name, allowed)
        raise InputError(
            f"vLLM's option {written:.60} cannot be set{why}", f"leave it out; allowed are {', '.join(sorted(allowed))}"
        )
    try:
        return kind.checked(value)
    except ValueError as problem:
        raise InputError(f"vLLM's option {written} {problem}", f"write {kind.form}") from problem
