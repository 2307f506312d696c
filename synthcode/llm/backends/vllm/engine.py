"""vLLM's engine in this process: for one machine with GPUs and no server.

What is vLLM's is imported when the engine is started. Only its most lasting surface is used: ``AsyncEngineArgs``,
``AsyncLLM``, ``SamplingParams``.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Collection, Mapping
from typing import Any, Self

from synthcode.errors import AccessError, InputError, ServerError, did_you_mean
from synthcode.extras import install_line
from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.llm.backends.context_window import refuse_cut, refuse_misfit
from synthcode.llm.backends.vllm.options import engine_options
from synthcode.llm.sampling import max_tokens_of, sampling_fields
from synthcode.sanitize import one_line
from synthcode.schemas.records import Completion, Request

_DEFAULTS = {"enable_prefix_caching": True, "load_format": "safetensors", "disable_log_stats": True}
_NOT_SAMPLING = frozenset({"max_completion_tokens", "chat_template_kwargs", "response_format", "reasoning_effort"})
_OWN_TEMPLATE_ARGUMENTS = frozenset(
    {"conversation", "tokenize", "add_generation_prompt", "continue_final_message", "return_tensors", "return_dict"}
)


class VLLMEngine:
    """Runs vLLM's engine in this process, for the time of the ``async with`` block.

    Parameters
    ----------
    model
        A folder, or the name of a model on the Hub; only safetensors are loaded.
    options
        Arguments of ``AsyncEngineArgs``, such as ``{"max_model_len": 8192, "tensor_parallel_size": 2}``. Only those
        that :mod:`synthcode.llm.backends.vllm.options` allows.

    Raises
    ------
    InputError
        If an option is not allowed.
    """

    def __init__(self, model: str, options: Mapping[str, Any] | None = None) -> None:
        self.model = model
        self._options = {**_DEFAULTS, **engine_options(options or {})}
        self._engine: Any = None
        self._tokenizer: Any = None
        self._defaults: dict[str, Any] = {}
        self._asked = 0
        self.window: int | None = None
        """Tokens of prompt and answer together, once the engine is started."""

    async def __aenter__(self) -> Self:
        try:
            from vllm.engine.arg_utils import AsyncEngineArgs
            from vllm.v1.engine.async_llm import AsyncLLM
        except ImportError as problem:
            raise InputError(
                f"the vllm backend needs vLLM 0.12 or later: {one_line(str(problem))}",
                f"install it: {install_line('vllm')}; or name a server with --base-url",
            ) from problem
        try:
            self._engine = AsyncLLM.from_engine_args(AsyncEngineArgs(model=self.model, **self._options))
        except (OSError, ValueError, TypeError, RuntimeError) as problem:
            raise ServerError(
                f"vLLM does not start with the model {self.model!r}: {one_line(str(problem))}",
                "see its messages above; options go into the recipe as backend.engine, or --engine KEY=VALUE",
            ) from problem
        self._tokenizer = self._engine.get_tokenizer()
        config = self._engine.vllm_config.model_config
        self.window = config.max_model_len
        self._defaults = config.get_diff_sampling_param()  # as its own server does: the model's generation_config
        return self

    async def __aexit__(self, *_problem: object) -> None:
        if self._engine is not None:
            self._engine.shutdown()
            self._engine = self._tokenizer = None  # its finalizer fails where it is left to the interpreter's end

    async def check(self) -> None:
        """Find out whether the engine is alive.

        Raises
        ------
        ServerError
            If it has died.
        """
        if self._engine.errored:
            raise ServerError("vLLM's engine has died", "see its messages above; run the same command again")

    async def complete(self, request: Request) -> Completion | None:
        """Ask the engine once."""
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind

        fields = sampling_fields(request.sampling)
        max_tokens = max_tokens_of(request.sampling)
        prompt = self._prompt(request)
        if self.window is not None:
            refuse_misfit(len(prompt), max_tokens or 1, self.window)
        settings = {name: value for name, value in fields.items() if name not in _NOT_SAMPLING}
        refuse_unknown_settings(settings, inspect.signature(SamplingParams).parameters)
        self._asked += 1
        started = time.perf_counter()
        try:
            params = SamplingParams(
                **{**self._defaults, **settings, "max_tokens": max_tokens}, output_kind=RequestOutputKind.FINAL_ONLY
            )
            name = f"{request.request_id}-{self._asked}"  # an earlier attempt's may still be on its way out
            outputs = [output async for output in self._engine.generate({"prompt_token_ids": prompt}, params, name)]
        except (ValueError, TypeError) as problem:
            raise AttemptFailed(ErrorKind.BAD_REQUEST, str(problem)) from problem
        except Exception as problem:  # the class for a dead engine has changed its parent between versions
            if not (self._engine.errored or isinstance(problem, RuntimeError)):
                raise
            raise AttemptFailed(ErrorKind.CONNECTION, str(problem) or type(problem).__name__) from problem
        if not outputs or not outputs[-1].outputs:
            raise AttemptFailed(ErrorKind.BAD_ANSWER, "the engine gave no output")
        answer = outputs[-1].outputs[0]
        completion = Completion(
            text=answer.text,
            finish_reason=answer.finish_reason,
            prompt_tokens=len(prompt),
            completion_tokens=len(answer.token_ids),
            latency_s=time.perf_counter() - started,
            attempts=1,
        )
        refuse_cut(completion, max_tokens, self.window)
        return completion

    def _prompt(self, request: Request) -> list[int]:
        """Return the prompt's tokens; a last message of role assistant is continued."""
        turns = [{"role": message.role, "content": message.content} for message in request.messages]
        continued = turns[-1]["role"] == "assistant"
        more = sampling_fields(request.sampling).get("chat_template_kwargs", {})
        if not isinstance(more, dict) or more.keys() & _OWN_TEMPLATE_ARGUMENTS:
            raise AccessError(
                "chat_template_kwargs is not an object, or names what the engine sets itself",
                f"leave out {', '.join(sorted(_OWN_TEMPLATE_ARGUMENTS))}",
            )
        text = self._tokenizer.apply_chat_template(
            turns, tokenize=False, add_generation_prompt=not continued, continue_final_message=continued, **more
        )
        tokens: list[int] = self._tokenizer.encode(text, add_special_tokens=False)
        return tokens


def refuse_unknown_settings(given: Mapping[str, Any], known: Collection[str]) -> None:
    """Refuse settings that the engine does not have, for all requests.

    Raises
    ------
    AccessError
        If there is one.
    """
    for name in given:
        if name not in known or name.startswith("_"):
            raise AccessError(
                f"vLLM's engine has no setting {name!r}{did_you_mean(name, known)}",
                "remove it from sampling.extra_body, or start vLLM's server and name it with --base-url",
            )
