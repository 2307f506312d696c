"""The public names: lazy, complete, silent."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import synthcode
from synthcode.api.calls import several
from tests.support.datasets.small_dataset import write_dataset

HEAVY = {"click", "numpy", "pyarrow", "torch", "transformers", "pandas", "pydantic", "rich", "yaml", "aiohttp"}


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=500)


def test_importing_loads_and_prints_nothing() -> None:
    done = run_python(f"import sys, synthcode; dir(synthcode); sys.stderr.write(str({HEAVY!r} & set(sys.modules)))")
    assert (done.stdout, done.stderr) == ("", "set()")


def test_every_public_name_is_there_for_readers_and_for_type_checkers() -> None:
    tree = ast.parse(Path(synthcode.__file__).read_text("utf-8"))
    seen = {"__version__"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("synthcode."):
            for alias in node.names:
                assert synthcode._MODULES[alias.name] == node.module
                seen.add(alias.name)
    assert sorted(seen) == sorted(synthcode.__all__) == sorted({*synthcode._MODULES, "__version__"})
    assert set(synthcode.__all__) <= set(dir(synthcode))
    for name in synthcode.__all__:
        assert getattr(synthcode, name) is not None
    with pytest.raises(AttributeError, match="'synthcode' has no attribute 'rnu'"):
        synthcode.rnu  # noqa: B018


def test_the_version_is_the_distribution_s() -> None:
    pyproject = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")
    assert f'version = "{synthcode.__version__}"' in pyproject


def test_every_public_name_is_in_the_manual() -> None:
    page = (Path(__file__).parents[2] / "docs/how-to/python_api.md").read_text("utf-8")
    assert [name for name in synthcode.__all__ if f"`{name}" not in page] == []


def test_one_word_is_as_good_as_a_list_of_one() -> None:
    assert several("java, go") == several(["java", "go"]) == ("java", "go")
    assert several("") == several(()) == ()


def test_one_server_needs_no_list(tmp_path: Path) -> None:
    with pytest.raises(synthcode.SynthcodeError, match="user name or password"):
        synthcode.run("quickstart", tmp_path / "run", base_urls="http://me:secret@127.0.0.1:9/v1", model="m")


@pytest.mark.slow
def test_one_language_needs_no_list_and_any_of_its_names_will_do(tmp_path: Path) -> None:
    write_dataset(tmp_path)
    found = synthcode.evaluate(tmp_path, "bm25", languages="Java,py", variants="raw", tasks="code2code")
    pairs = found.metrics(resamples=10).select(["query_language", "corpus_language"]).to_pylist()
    assert {tuple(pair.values()) for pair in pairs} == {("java", "python"), ("python", "java")}
