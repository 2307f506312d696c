from __future__ import annotations

from synthcode.llm.backends.vllm.environment import server_environment


def test_a_server_gets_what_it_needs_and_no_other_keys() -> None:
    needed = {
        "HOME": "/home/u",
        "HF_TOKEN": "hf_x",
        "HF_HOME": "/models",
        "CUDA_VISIBLE_DEVICES": "0",
        "NCCL_DEBUG": "INFO",
        "VLLM_LOGGING_LEVEL": "DEBUG",
        "https_proxy": "http://proxy",
        "LD_LIBRARY_PATH": "/usr/local/cuda/lib64",
        "TORCHINDUCTOR_CACHE_DIR": "/cache",
        "TOKENIZERS_PARALLELISM": "false",
    }
    others = dict.fromkeys(
        (
            *("OPENAI_API_KEY", "VLLM_API_KEY", "AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "LD_PRELOAD", "PYTHONPATH"),
            *("PYTHONSTARTUP", "BASH_ENV", "WANDB_API_KEY", "RAY_PASSWORD", "DATABASE_URL", "SSH_AUTH_SOCK"),
        ),
        "secret",
    )
    found = server_environment(needed | others)
    assert needed.items() <= found.items()
    assert "secret" not in found.values()
    assert found["PYTHONSAFEPATH"] == "1"
