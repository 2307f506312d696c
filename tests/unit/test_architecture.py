"""The directions of imports, and what the command line may load: read from the code itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOUNDATION = {
    *("errors", "identity", "languages", "parsing", "processes", "threads", "scratch"),
    *("templates", "visible", "redaction", "redacted_streams", "escapes", "schemas", "prompts", "comments"),
}
ROOMS = {"seeds", "stages", "llm", "storage", "publishing", "reporting", "toolchains"}
HEAVY = {"torch", "vllm", "transformers", "ray", "sentence_transformers", "mteb"}
LIBRARIES = {"pyarrow", "datasets", "pydantic", "tree_sitter", "huggingface_hub", "fsspec"}
"""Not heavy, but no help needs them."""
NETWORK = {"evaluation.mose.heads", "evaluation.mose.model", "evaluation.mose.pooling"}
"""Classes of torch's: they import it, and who uses them imports them where they are needed."""
MODULES = [path for room in ("synthcode", "evaluation", "pipelines") for path in sorted((ROOT / room).rglob("*.py"))]


def imported(path: Path, *, top_level_only: bool = False) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    nodes = tree.body if top_level_only else list(ast.walk(tree))
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_imports_against_the_direction(path: Path) -> None:
    top, *below = path.relative_to(ROOT).with_suffix("").parts
    names = imported(path)
    if top == "synthcode":
        assert not {name for name in names if name.split(".")[0] in ("pipelines", "evaluation")}
        room = below[0]
        others = {name.split(".")[1] for name in names if name.startswith("synthcode.")}
        if room in ROOMS:
            assert others <= FOUNDATION | {room}
        elif room in FOUNDATION:
            assert not others & ROOMS
    if top == "evaluation":
        assert "pipelines" not in {name.split(".")[0] for name in names}
    if top != "pipelines":
        assert "click" not in {name.split(".")[0] for name in names}
    if ".".join((top, *below)) not in NETWORK:
        loaded = imported(path, top_level_only=True)
        assert not HEAVY & {name.split(".")[0] for name in loaded}
        assert not NETWORK & loaded


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; from pipelines.main import run_cli; run_cli(['--help']);"
        f"print(sorted({HEAVY | LIBRARIES!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "[]"
