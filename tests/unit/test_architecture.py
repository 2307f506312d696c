"""The structure of the code: floors, circles, import names, heavy packages, child processes."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"torch", "vllm", "transformers", "ray", "sentence_transformers", "mteb"}
LIBRARIES = {"pyarrow", "datasets", "pydantic", "tree_sitter", "huggingface_hub", "fsspec"}
"""Not heavy, but no help needs them."""
TORCH_MODULES = {
    "synthcode.evaluation.mose.heads",
    "synthcode.evaluation.mose.model",
    "synthcode.evaluation.mose.pooling",
}
"""Classes of torch's: they import it, and who uses them imports them where they are needed."""
MODULES = [path for room in ("synthcode", "evaluation", "pipelines") for path in sorted((ROOT / room).rglob("*.py"))]
SCRIPTS = [path for room in ("tests", "benchmarks", "examples", "docs") for path in sorted((ROOT / room).rglob("*.py"))]


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


def module_of(path: Path) -> str:
    name = name_of(path).removesuffix(".py").replace("/", ".")
    return name if name.startswith("synthcode") else f"synthcode.{name}"


def test_the_declared_floors_and_folders_hold() -> None:
    """The contracts are in pyproject.toml: every room has a floor, and no folder imports in a circle."""
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


@pytest.mark.parametrize("path", [*MODULES, *SCRIPTS], ids=name_of)
def test_everything_is_imported_by_its_one_name(path: Path) -> None:
    """In a checkout ``evaluation`` is importable too, and would be a second module next to ``synthcode.evaluation``."""
    assert not {name for name in imported(path) if name.split(".")[0] in ("pipelines", "evaluation")}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_heavy_packages_and_click_stay_where_they_belong(path: Path) -> None:
    if not module_of(path).startswith(("synthcode.pipelines.commands.", "synthcode.pipelines.main")):
        assert "click" not in {name.split(".")[0] for name in imported(path)}
    if module_of(path) not in TORCH_MODULES:
        loaded = imported(path, top_level_only=True)
        assert not HEAVY & {name.split(".")[0] for name in loaded}
        assert not TORCH_MODULES & loaded


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
    assert (found is not None) == (module_of(path) == "synthcode.execution.child_processes"), found


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


DECODES_FILES = re.compile(
    r"\bParquetFile\(|\bParquetDataset\b|\b(?:pq|parquet|feather|orc)\.read_\w+|\bread_parquet\(pa|\bread_feather\b"
    r"|\bipc\.open_\w+|pyarrow\.(?:dataset|feather|orc)\b|\bpd\.read_\w+|\bscan_parquet\b"
)
DECODERS = {
    "synthcode.bounded.parquet": "what another process of this one has packed",
    "synthcode.bounded.parquet_decoding": "in another process, unless the content is known",
    "synthcode.storage.sorting": "pieces that the process has just written",
}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_tables_are_decoded_where_they_cannot_end_the_command(path: Path) -> None:
    found = DECODES_FILES.search(names_in(path))
    assert (found is not None) == (module_of(path) in DECODERS), found


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; from synthcode.pipelines.main import run_cli; run_cli(['--help']);"
        f"print(sorted({HEAVY | LIBRARIES!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "[]"
