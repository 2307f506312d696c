"""Which variables of the environment a model server of ours is started with: an allow-list, without other keys."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from synthcode.execution.child_processes import trusted_path

_NAMES = frozenset(
    {
        *("HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "SHELL", "CC", "CXX"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
        *("LD_LIBRARY_PATH", "LIBRARY_PATH", "CPATH", "VIRTUAL_ENV", "CONDA_PREFIX"),
    }
)
_PREFIXES = (
    *("LC_", "XDG_", "CUDA_", "CUDNN_", "NVIDIA_", "NCCL_", "GLOO_", "UCX_", "ROCM_", "ROCR_", "HIP_", "HSA_", "RCCL_"),
    *("VLLM_", "LMCACHE_", "FLASHINFER_", "FLASH_ATTN", "TRITON_", "TORCH", "PYTORCH_", "INDUCTOR_", "RAY_"),
    *("HF_", "HUGGINGFACE_", "HUGGING_FACE_", "TRANSFORMERS_", "SAFETENSORS_", "TOKENIZERS_", "MODELSCOPE_"),
    *("OMP_", "MKL_", "OPENBLAS_", "KMP_", "NUMEXPR_", "NUMBA_"),
)
_SECRET = re.compile("KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL")
_SECRETS_NEEDED = frozenset({"HF_TOKEN", "HF_TOKEN_PATH", "HUGGING_FACE_HUB_TOKEN"})
"""Without them, models that need a licence cannot be fetched."""


def server_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the part of an environment that a model server needs.

    Python imports nothing from the server's working directory, and the PATH has no relative entries.
    """
    needed = {name: value for name, value in environment.items() if _is_needed(name)}
    return {**needed, "PATH": trusted_path(), "PYTHONSAFEPATH": "1", "PYTHONUNBUFFERED": "1"}


def _is_needed(name: str) -> bool:
    upper = name.upper()
    if upper in _SECRETS_NEEDED:
        return True
    if upper.startswith("TOKENIZERS_"):
        return True
    return (upper in _NAMES or upper.startswith(_PREFIXES)) and _SECRET.search(upper) is None
