"""The structure of the code: floors, circles, import names, heavy packages, child processes."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
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
    "synthcode.evaluation.training.classifiers.loss",
    "synthcode.evaluation.training.classifiers.trainer",
    "synthcode.evaluation.training.losses.adaptive_layer",
    "synthcode.evaluation.training.losses.length_chunks",
    "synthcode.evaluation.training.losses.multi_exit",
    "synthcode.evaluation.training.losses.opening",
    "synthcode.evaluation.training.losses.similarities",
    "synthcode.evaluation.training.models.classifier",
    "synthcode.evaluation.training.models.huggingface",
    "synthcode.evaluation.training.models.mose_exits",
    "synthcode.evaluation.training.models.multi_exit",
    "synthcode.evaluation.training.models.new_mose",
    "synthcode.evaluation.training.ordered_trainer",
    "synthcode.evaluation.training.arguments",
    "synthcode.evaluation.training.pretraining.heads",
    "synthcode.evaluation.training.pretraining.training",
    "synthcode.evaluation.training.runs.fine_tuning",
    "synthcode.evaluation.training.runs.phases",
    "synthcode.evaluation.training.runs.watching",
    "synthcode.evaluation.training.trainer",
}
"""Classes of torch's: they import it, and who uses them imports them where they are needed."""
COMMAND_LINE = ("synthcode.pipelines.commands.", "synthcode.pipelines.main")
MODULES = [path for room in ("synthcode", "evaluation", "pipelines") for path in sorted((ROOT / room).rglob("*.py"))]
SCRIPTS = [path for room in ("tests", "benchmarks", "examples", "docs") for path in sorted((ROOT / room).rglob("*.py"))]


@cache
def text_of(path: Path) -> str:
    return path.read_text("utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(text_of(path))


@cache
def imported(path: Path, *, top_level_only: bool = False) -> frozenset[str]:
    tree = tree_of(path)
    names: set[str] = set()
    for node in tree.body if top_level_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return frozenset(names)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    name = name_of(path).removesuffix(".py").replace("/", ".")
    return name if name.startswith("synthcode") else f"synthcode.{name}"


def test_the_declared_floors_and_folders_hold() -> None:
    """The contracts are in pyproject.toml: every room has a floor, and no folder imports in a circle."""
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


def packages(names: Iterable[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


def test_everything_is_imported_by_its_one_name() -> None:
    """In a checkout ``evaluation`` is importable too, and would be a second module next to ``synthcode.evaluation``."""
    bare = {"pipelines", "evaluation"}
    named = re.compile(r"\b(?:import|from)\s[^\n]*(?<![.\w])(?:pipelines|evaluation)\b")  # to parse all takes seconds
    candidates = [path for path in (*MODULES, *SCRIPTS) if named.search(path.read_text("utf-8"))]
    assert candidates
    assert [name_of(path) for path in candidates if bare & packages(imported(path))] == []


def naming(words: Iterable[str]) -> list[Path]:
    """Return the modules whose text has one of some words: to parse the others takes seconds."""
    return [path for path in MODULES if any(word in text_of(path) for word in words)]


def test_only_the_command_line_imports_click() -> None:
    found = {module_of(path) for path in naming(["click"]) if "click" in packages(imported(path))}
    assert found
    assert {name for name in found if not name.startswith(COMMAND_LINE)} == set()


def test_heavy_packages_are_imported_where_they_are_needed() -> None:
    found = {}
    for path in naming(HEAVY | TORCH_MODULES):
        loaded = imported(path, top_level_only=True)
        if heavy := HEAVY & packages(loaded) | TORCH_MODULES & loaded:
            found[module_of(path)] = heavy
    assert found.keys() == TORCH_MODULES


STARTS_CHILDREN = re.compile(
    r"\b(import subprocess|from subprocess|import pty|from pty|import pexpect|import sh\b|import posix\b"
    r"|create_subprocess_(?:exec|shell)|subprocess_(?:exec|shell)"
    r"|os\.(?:system|popen|startfile|fork\w*|exec[lv]\w*|(?:posix_)?spawn\w*)"
    r"|from os import[^\n]*\b(?:system|popen|fork\w*|exec[lv]\w*|(?:posix_)?spawn\w*))"
)
STARTING = re.compile(r"subprocess|pty|pexpect|\bsh\b|posix|system|popen|startfile|fork|exec|spawn")


@cache
def names_in(path: Path) -> str:
    """Return the code as the parser writes it: without comments, docstrings and other spellings."""
    tree = ast.parse(path.read_text("utf-8"))  # to be changed
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant(...)
    return ast.unparse(tree)


def found_in_modules(pattern: re.Pattern[str], words: re.Pattern[str]) -> dict[str, str]:
    """Return the modules whose code has the pattern, each with the place; a module with none of the words has not."""
    found = {module_of(path): pattern.search(names_in(path)) for path in MODULES if words.search(text_of(path))}
    return {name: match.group() for name, match in found.items() if match}


STARTERS = {
    "synthcode.execution.child_processes": "of this process",
    "synthcode.verification.languages.python.scoring": "is never imported: it runs in a sandbox",
}


def test_one_module_starts_every_child_process() -> None:
    found = found_in_modules(STARTS_CHILDREN, STARTING)
    assert found.keys() == STARTERS.keys(), found


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
DECODING = re.compile(r"ParquetFile|ParquetDataset|\bread_|open_|pyarrow\.|feather|orc|scan_parquet")
DECODERS = {
    "synthcode.bounded.parquet": "what another process of this one has packed",
    "synthcode.bounded.parquet_decoding": "in another process, unless the content is known",
    "synthcode.dataset.repeated_keys": "a file that the process has just written",
    "synthcode.storage.large_tables.sorting": "pieces that the process has just written",
}


def test_tables_are_decoded_where_they_cannot_end_the_command() -> None:
    found = found_in_modules(DECODES_FILES, DECODING)
    assert found.keys() == DECODERS.keys(), found


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; from synthcode.pipelines.main import run_cli; run_cli(['--help']);"
        f"print(sorted({HEAVY | LIBRARIES!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "[]"
