"""The directions of imports, and what the command line may load: read from the code itself."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOUNDATION = {
    *("errors", "identity", "languages", "parsing", "processes", "worker", "child_processes", "threads", "scratch"),
    *("bounded", "storage"),
    *("templates", "sanitize", "redaction", "redacted_streams", "escapes", "schemas", "prompts", "comments"),
}
ROOMS = {"seeds", "stages", "llm", "publishing", "reporting", "toolchains"}
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


STARTS_CHILDREN = re.compile(
    r"\b(import subprocess|from subprocess|import pty|from pty|import pexpect|import sh\b|import posix\b"
    r"|create_subprocess_(?:exec|shell)|subprocess_(?:exec|shell)"
    r"|os\.(?:system|popen|startfile|fork\w*|exec[lv]\w*|(?:posix_)?spawn\w*)"
    r"|from os import[^\n]*\b(?:system|popen|fork\w*|exec[lv]\w*|(?:posix_)?spawn\w*))"
)


def names_in(path: Path) -> str:
    """Return the code as the parser writes it: without comments, docstrings and other spellings."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant(...)
    return ast.unparse(tree)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_one_module_starts_every_child_process(path: Path) -> None:
    found = STARTS_CHILDREN.search(names_in(path))
    assert (found is not None) == (path == ROOT / "synthcode" / "child_processes.py"), found


@pytest.mark.parametrize(
    "code",
    [
        *("import subprocess as s", "from subprocess import run", "import os; os.system('a')", "os.execvpe('a')"),
        *("import asyncio\nasyncio.create_subprocess_exec('a')", "loop.subprocess_shell(p, 'a')"),
        *("from os import path, popen", "os.posix_spawn('a', [], {})", "os.fork()", "import pty"),
    ],
)
def test_the_ways_to_start_a_child_are_known(code: str, tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(code)
    assert STARTS_CHILDREN.search(names_in(tmp_path / "module.py"))


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; from pipelines.main import run_cli; run_cli(['--help']);"
        f"print(sorted({HEAVY | LIBRARIES!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "[]"
