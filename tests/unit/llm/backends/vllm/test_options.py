"""Only named, harmless options reach vLLM, in one spelling, whatever spelling they come in."""

from __future__ import annotations

import argparse
import json
import os
import stat
import sys
from pathlib import Path

import pytest

from synthcode.errors import InputError, ServerError
from synthcode.llm.backends.vllm import serving as serving_module
from synthcode.llm.backends.vllm.engine import VLLMEngine
from synthcode.llm.backends.vllm.options import as_arguments, engine_options, server_options
from synthcode.llm.backends.vllm.serving import serving
from synthcode.pipelines.main import run_cli
from synthcode.pipelines.runs.recipe import parse_recipe

REFUSED = [
    ["--trust-remote-code"],
    ["--trust_remote_code"],
    ["--trust-remote"],
    ["--trust"],
    ["--t"],
    ["--trust-remote-code=true"],
    ["--TRUST-REMOTE-CODE"],
    ["--no-trust-remote-code"],
    ["--config=/evil.yaml"],
    ["--config", "/evil.yaml"],
    ["--conf=/evil.yaml"],
    ["--tool-parser-plugin=/evil.py"],
    ["--tool-parser-plug=/evil.py"],
    ["--reasoning-parser-plugin=/evil.py"],
    ["--reasoning-parser=/evil.py"],
    ["--middleware=evil.m"],
    ["--logits-processors", "evil:X"],
    ["--logits-processor-pattern=.*"],
    ["--io-processor-plugin=evil"],
    ["--worker-cls=evil.W"],
    ["--worker-extension-cls=evil.W"],
    ["--scheduler-cls=evil.S"],
    ["--distributed-executor-backend=evil.E"],
    ["--load-format=pt"],
    ["--load-format", "npcache"],
    ["--load_format=tensorizer"],
    ["--load-format=sharded_state"],
    ["--hf-overrides", '{"architectures": ["Evil"]}'],
    ["--hf-overrides.architectures+=Evil"],
    ["--hf-config-path=/evil"],
    ["--speculative-config", '{"model": "evil"}'],
    ["--speculative-config.model=evil"],
    ["--compilation-config", "{}"],
    ["-cc", "{}"],
    ["-cc.backend=evil.backend"],
    ["-O.backend=evil.backend"],
    ["--kv-transfer-config={}"],
    ["--kv-transfer-config.kv_connector_module_path=evil"],
    ["--additional-config={}"],
    ["--model-loader-extra-config={}"],
    ["--enable-lora"],
    ["--lora-modules", "a=/evil"],
    ["--allowed-local-media-path=/"],
    ["--log-config-file=/evil.json"],
    ["--tool-server=evil:80"],
    ["--otlp-traces-endpoint=http://evil"],
    ["--ssl-keyfile=/x"],
    ["--download-dir=/home"],
    ["--host=0.0.0.0"],
    ["--port=80"],
    ["--uds=/tmp/x"],
    ["--model=evil"],
    ["--api-key=sk-abcdefgh12345678"],
    ["--hf-token=hf_abcdefgh12345678"],
    ["--code-revision=main"],
    ["--revision", "--trust-remote-code"],
    ["--revision=--trust-remote-code"],
    ["--max-model-len", "--trust-remote-code"],
    ["--max-model-len", "8192", "--trust-remote-code"],
    ["--served-model-name", "-x"],
    ["--chat-template=/no/such/file.jinja"],
    ["--chat-template={{ evil }}"],
    ['--default-chat-template-kwargs={"a": {"b": 1}}'],
    ["--max-model-len"],
    ["--enforce-eager=maybe"],
    ["evil"],
    ["--"],
    ["-x"],
    [""],
]


@pytest.mark.parametrize("arguments", REFUSED, ids=" ".join)
def test_what_could_run_code_or_leave_this_machine_is_refused_in_every_spelling(arguments: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        server_options(arguments)
    assert "abcdefgh12345678" not in str(caught.value)
    with pytest.raises(InputError), serving("m", arguments, start_s=1):
        pass
    with pytest.raises(InputError):
        parse_recipe({"backend": {"serve": arguments}}, "recipe.yaml")


@pytest.mark.parametrize(
    "options",
    [
        {"trust_remote_code": True},
        {"trust-remote-code": True},
        {"worker_cls": "evil.W"},
        {"load_format": "pt"},
        {"load_format": ["safetensors"]},
        {"logits_processors": ["evil:X"]},
        {"hf_token": "hf_abcdefgh12345678"},
        {"hf_overrides": {}},
        {"speculative_config": {"model": "evil"}},
        {"distributed_executor_backend": "evil.E"},
        {"rope_scaling": {"a": {"b": 1}}},
        {"tokenizer": ["a"]},
        {"quantization": "evil.module"},
        {"enforce_eager": "maybe"},
        {"max_model_len": True},
        {"max_model_len": 0},
        {"gpu_memory_utilization": 1.5},
        {"gpu_memory_utilization": "nan"},
        {"chat_template": "x"},
    ],
    ids=str,
)
def test_engine_options_are_held_to_the_same_list(options: dict[str, object]) -> None:
    with pytest.raises(InputError) as caught:
        engine_options(options)
    assert "abcdefgh12345678" not in str(caught.value)
    with pytest.raises(InputError):
        VLLMEngine("m", options)
    with pytest.raises(InputError):
        parse_recipe({"backend": {"engine": options}}, "recipe.yaml")


def test_what_users_set_passes_and_is_handed_on_in_one_spelling(tmp_path: Path) -> None:
    template = tmp_path / "chat.jinja"
    template.write_text("{{ messages }}")
    arguments = [
        *("--max-model-len", "8k", "--max_num_seqs=64", "-tp", "2", "-pp=1", "-q", "awq_marlin", "-O3"),
        *("--gpu-memory-utilization", "0.9", "--no-enable-prefix-caching", "--enforce_eager"),
        *("--dtype=bfloat16", "--kv-cache-dtype", "fp8_e4m3", "--load-format", "auto", "--max-num-queued-reqs=4096"),
        *("--reasoning-parser", "deepseek_r1", "--revision", "refs/pr/3", "--tokenizer", "Qwen/Qwen2.5-Coder-7B"),
        *("--chat-template", str(template), "--default-chat-template-kwargs", '{"enable_thinking": false}'),
        *("--disable-log-stats", "--swap-space", "4", "--block-size", "32", "--seed=0"),
    ]
    options = server_options(arguments)
    assert options["max_model_len"] == 8000
    assert options["load_format"] == "safetensors"
    assert options["enable_prefix_caching"] is False
    handed_on = as_arguments(options)
    assert "--no-enable-prefix-caching" in handed_on
    assert not [argument for argument in handed_on if argument.startswith("--") and "_" in argument]
    assert server_options(handed_on) == options
    # vLLM's parser is argparse's, which takes abbreviations.
    parser = argparse.ArgumentParser()
    for name in (*options, "trust_remote_code", "config", "max_model_length", "tokenizer_pool"):
        flag = {"action": argparse.BooleanOptionalAction} if isinstance(options.get(name), bool) else {}
        parser.add_argument(f"--{name.replace('_', '-')}", **flag)  # type: ignore[arg-type]
    taken = {name: value for name, value in vars(parser.parse_args(handed_on)).items() if value is not None}
    assert taken.keys() == options.keys()
    assert json.loads(taken["default_chat_template_kwargs"]) == {"enable_thinking": False}


def test_engine_options_keep_their_types() -> None:
    options = {
        "max_model_len": 8192,
        "tensor_parallel_size": 2,
        "gpu_memory_utilization": 0.9,
        "enforce_eager": True,
        "dtype": "bfloat16",
        "rope_scaling": {"rope_type": "yarn", "factor": 4.0},
    }
    assert engine_options(options) == options
    assert engine_options({"max_model_len": "auto", "max_num_batched_tokens": "16K"}) == {
        "max_model_len": -1,
        "max_num_batched_tokens": 16_384,
    }


def test_a_misspelt_option_is_told_with_what_was_meant() -> None:
    with pytest.raises(InputError) as caught:
        engine_options({"max_model_length": 1})
    assert caught.value.problem == "vLLM's option 'max_model_length' cannot be set (did you mean 'max_model_len'?)"
    assert caught.value.fix.startswith("leave it out; allowed are aggregate_engine_logging, all2all_backend, ")
    with pytest.raises(InputError, match="it runs code of the model's author"):
        server_options(["--trust-remote-code"])
    with pytest.raises(InputError, match="cannot be 0") as caught:
        engine_options({"max_model_len": 0})
    assert caught.value.fix == "write a whole number of at least 1"


def test_the_command_line_writes_nothing_of_a_refused_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "s.jsonl").write_text(
        '{"text": "Add one", "code": "def f(x):\\n    return x + 1\\n", "language": "python"}\n'
    )
    run = tmp_path / "run"
    assert run_cli(["seeds", str(run), "--from", "table", "--path", str(tmp_path / "s.jsonl")]) == 0
    arguments = ["--backend", "vllm", "--engine", "hf_token=hf_SECRETTOKEN1", "--model", "m", "--targets", "java"]
    assert run_cli(["translate", str(run), *arguments]) == 1
    assert "hf_SECRETTOKEN1" not in capsys.readouterr().err + (run / "recipe.yaml").read_text("utf-8")


def test_a_model_whose_name_is_an_option_is_refused() -> None:
    with pytest.raises(InputError, match="begins with a dash"), serving("--trust-remote-code", start_s=1):
        pass


def test_the_server_is_started_with_safe_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program in vLLM's place writes down how it was called."""
    program = tmp_path / "vllm"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nopen({str(tmp_path / 'called')!r}, 'w').write('\\n'.join(sys.argv[1:]))\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(serving_module, "vllm_command", lambda: [os.fspath(program), "serve"])
    with pytest.raises(ServerError), serving("m", ["--served-model-name", "coder", "-tp", "2"], port=8123, start_s=30):
        pass
    assert (tmp_path / "called").read_text().splitlines() == [
        *("serve", "m", "--served-model-name", "m", "coder", "--host", "127.0.0.1", "--port", "8123"),
        *("--load-format", "safetensors", "--enable-prefix-caching", "--tensor-parallel-size", "2"),
    ]
