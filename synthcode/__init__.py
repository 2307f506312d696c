"""Cross-language code-to-code retrieval benchmarks, made from text-to-code benchmarks.

The names in ``__all__`` are the public Python API. Each is imported when it is first used, so that ``import synthcode``
loads nothing else.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synthcode.api.clone_scoring import evaluate_clones
    from synthcode.api.frozen_results import FrozenResults
    from synthcode.api.leaderboard import leaderboard
    from synthcode.api.results import Results, compare
    from synthcode.api.running import load_recipe, run
    from synthcode.api.saved_run import SavedRun, open_run
    from synthcode.api.scoring import evaluate, open_encoder
    from synthcode.api.training import train
    from synthcode.errors import SynthcodeError
    from synthcode.evaluation.mose.checkpoint import from_pretrained
    from synthcode.evaluation.retrieval.datasets import load_benchmark, load_task
    from synthcode.languages.table import LANGUAGES

    __version__: str

_MODULES = {
    "FrozenResults": "synthcode.api.frozen_results",
    "LANGUAGES": "synthcode.languages.table",
    "Results": "synthcode.api.results",
    "SavedRun": "synthcode.api.saved_run",
    "SynthcodeError": "synthcode.errors",
    "compare": "synthcode.api.results",
    "evaluate": "synthcode.api.scoring",
    "evaluate_clones": "synthcode.api.clone_scoring",
    "from_pretrained": "synthcode.evaluation.mose.checkpoint",
    "leaderboard": "synthcode.api.leaderboard",
    "load_benchmark": "synthcode.evaluation.retrieval.datasets",
    "load_recipe": "synthcode.api.running",
    "load_task": "synthcode.evaluation.retrieval.datasets",
    "open_encoder": "synthcode.api.scoring",
    "open_run": "synthcode.api.saved_run",
    "run": "synthcode.api.running",
    "train": "synthcode.api.training",
}

__all__ = [
    "LANGUAGES",
    "FrozenResults",
    "Results",
    "SavedRun",
    "SynthcodeError",
    "__version__",
    "compare",
    "evaluate",
    "evaluate_clones",
    "from_pretrained",
    "leaderboard",
    "load_benchmark",
    "load_recipe",
    "load_task",
    "open_encoder",
    "open_run",
    "run",
    "train",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        found: Any = version("synthcode")
    elif name in _MODULES:
        found = getattr(import_module(_MODULES[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
