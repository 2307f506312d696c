"""A third-party package adds a plug-in of each kind without a change in synthcode."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from synthcode import plugins
from synthcode.errors import InputError, SandboxUnavailable
from synthcode.pipelines.main import run_cli
from synthcode.plugins import ENCODERS, REGISTRIES, SEED_ADAPTERS
from synthcode.seeds.adapters.adapter import Adapter
from synthcode.verification.sandboxes.sandbox import VARIABLE, open_sandbox, sandbox_name
from tests.support.datasets.retrieval_tables import write_dataset
from tests.support.suite.plugins import install_acme, install_metadata

RECIPE = """
seeds: {adapter: acme-lines, path: tasks.tsv}
backend: {name: acme-echo, options: {greeting: As you wish.}}
translate: {targets: [javascript]}
executor: {name: acme-serial}
splits: {train: 0, validation: 0, test: 1}
"""
TASKS = "double\tDouble a number.\tx + x\nsquare\tSquare a number.\tx * x\nnegate\tNegate a number.\t0 - x\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "site"
    install_acme(folder)
    monkeypatch.syspath_prepend(str(folder))
    plugins._plugins.cache_clear()
    yield folder
    plugins._plugins.cache_clear()
    for name in [name for name in sys.modules if name.startswith("acme_synthcode")]:
        del sys.modules[name]


def test_a_recipe_uses_their_adapter_backend_and_executor(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    (tmp_path / "tasks.tsv").write_text(TASKS)
    run = tmp_path / "run"
    assert run_cli(["run", str(tmp_path / "recipe.yaml"), "--out", str(run)]) == 0, capsys.readouterr().err
    assert "acme executor for" in capsys.readouterr().err
    [shard] = (run / "dataset" / "data" / "triplets").glob("test-*.parquet")
    rows = pq.read_table(shard).to_pylist()
    assert sorted(row["func2"].split()[1] for row in rows) == ["double(x)", "negate(x)", "square(x)"]
    assert {(row["source"], row["model"]) for row in rows} == {("acme", "acme-1")}


def test_what_a_plug_in_raises_is_not_called_a_bug_of_synthcode(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tasks.tsv").write_text("a line without tabs\n")
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    assert run_cli(["run", str(tmp_path / "recipe.yaml"), "--out", str(tmp_path / "run")]) == 1
    problem, fix = capsys.readouterr().err.splitlines()[-2:]
    assert re.fullmatch(r"error: the plug-in acme-synthcode [\d.]+ failed: ValueError: not enough values .*", problem)
    assert fix == "tell the authors of acme-synthcode; run with --debug to see where"


def test_evaluate_uses_their_encoder_and_its_options(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_dataset(tmp_path / "data")
    arguments = ["evaluate", str(tmp_path / "data"), "--resamples", "100", "--encoder"]
    assert run_cli([*arguments, "acme-letters:abc", "--max-tokens", "50", "--out", str(tmp_path / "out")]) == 0
    assert json.loads((tmp_path / "out" / "results.json").read_text())["identity"].startswith("acme-abc-50")
    capsys.readouterr()
    assert run_cli([*arguments, "acme-letters"]) == 1
    assert "no encoder 'acme-letters'" in capsys.readouterr().err
    assert run_cli([*arguments, "acme-letters:abc", "--base-url", "http://x/v1"]) == 1
    expected = "error: acme-letters:abc takes no --base-url\nleave it out; it is for openai, rerank\n"
    assert capsys.readouterr().err == expected


def test_export_uses_their_format(site: Path, tmp_path: Path) -> None:
    write_dataset(tmp_path / "data")
    out = tmp_path / "exported"
    # The choices of --format are read when the command is imported: in a process of its own it is later.
    sys.modules.pop("synthcode.pipelines.commands.publishing.export", None)
    assert run_cli(["export", str(tmp_path / "data"), "--format", "acme-flat", "--out", str(out)]) == 0
    sys.modules.pop("synthcode.pipelines.commands.publishing.export", None)
    assert {path.name for path in out.glob("*/*")} == {"documents.jsonl", "questions.jsonl", "answers-test.tsv"}


def test_their_sandbox_is_used_where_it_is_named(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "acme-none")
    with pytest.raises(SandboxUnavailable, match="acme runs no true"):
        open_sandbox().run(["true"])


def test_the_option_chooses_their_sandbox_for_one_command(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(["doctor", "--sandbox", "acme-none"]) == 0
    assert "acme-none: acme runs no true" in " ".join(capsys.readouterr().out.split())
    assert sandbox_name() == "bubblewrap"
    assert run_cli(["doctor", "--sandbox", "acme-nome"]) == 1
    assert "no sandbox 'acme-nome' (did you mean 'acme-none'?)" in capsys.readouterr().err


@pytest.mark.usefixtures("no_toolchains")
def test_doctor_names_them_and_imports_none(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_cli(["doctor"])
    said = capsys.readouterr().out
    for name in ("adapter acme-lines", "backend acme-echo", "encoder acme-letters", "export format acme-flat"):
        assert name in said
    for name in ("executor acme-serial", "sandbox acme-none", "acme-synthcode 2.5"):
        assert name in said
    assert not [name for name in sys.modules if name.startswith("acme_synthcode")]


def test_a_distribution_that_stands_before_hides_another_version(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "acme-lines" in SEED_ADAPTERS.names()
    (acme,) = [path.name for path in site.glob("*.dist-info")]
    install_metadata(tmp_path / "before", acme.partition("-")[0].replace("_", "-"), "9.0", {"other": {"x": "y:z"}})
    monkeypatch.syspath_prepend(str(tmp_path / "before"))
    plugins._plugins.cache_clear()
    assert "acme-lines" not in SEED_ADAPTERS.names()


def test_one_that_cannot_be_imported_is_named_with_its_origin(site: Path) -> None:
    with pytest.raises(InputError) as error:
        ENCODERS.load_factory("acme-broken")
    assert error.value.problem == (
        "the encoder 'acme-broken' of acme-synthcode 2.5 cannot be imported: "
        "ModuleNotFoundError: No module named 'a_package_that_does_not_exist'"
    )
    assert error.value.fix == "update or uninstall it: pip uninstall acme-synthcode"


@pytest.mark.parametrize(("name", "other"), [("acme-lines", "acme-synthcode 2.5"), ("mbxp", "synthcode 0.1.0")])
def test_a_name_that_two_claim_is_refused_where_it_is_used(site: Path, name: str, other: str) -> None:
    install_metadata(site, "zebra", "1", {"synthcode.seed_adapters": {name: "zebra:ADAPTER"}})
    plugins._plugins.cache_clear()
    assert SEED_ADAPTERS.names().count(name) == 1
    assert SEED_ADAPTERS.find("table").origin.startswith("synthcode ")
    with pytest.raises(InputError) as error:
        SEED_ADAPTERS.find(name)
    assert error.value.problem == f"{other} and zebra 1 both add the adapter {name!r}"
    assert error.value.fix == "uninstall one of them: pip uninstall zebra"


def test_one_that_is_something_else_is_refused(site: Path) -> None:
    install_metadata(site, "zebra", "1", {"synthcode.seed_adapters": {"pi": "math:pi"}})
    plugins._plugins.cache_clear()
    with pytest.raises(InputError, match="the adapter 'pi' of zebra 1 is a float, not a Adapter"):
        SEED_ADAPTERS.load("pi", Adapter)


def test_a_recipe_with_an_unknown_name_is_refused_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for section, wrong in (("seeds", "{adapter: tabel, path: x}"), ("backend", "{name: opanai}")):
        (tmp_path / "recipe.yaml").write_text(f"{section}: {wrong}\n")
        assert run_cli(["run", str(tmp_path / "recipe.yaml"), "--out", str(tmp_path / "run")]) == 1
    said = capsys.readouterr().err
    assert "no adapter 'tabel' (did you mean 'table'?)" in said
    assert "no backend 'opanai' (did you mean 'openai'?)" in said
    assert not (tmp_path / "run").exists()


def test_every_built_in_is_declared_and_exists() -> None:
    for registry in REGISTRIES:
        own = [plugin for plugin in registry.plugins() if plugin.distribution == plugins.OWN]
        assert own
        for plugin in own:
            assert registry.load(plugin.name, object)


def test_the_examples_of_the_manual_run() -> None:
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "plugins.md").read_text("utf-8")
    examples = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    for example in examples:
        exec(example, names)  # noqa: S102
    assert len(examples) == len(REGISTRIES)
    assert isinstance(names["ADAPTER"], Adapter)
    encoded = names["LetterCounts"]("ab").encode(["aab"], None)
    assert encoded.vectors[0].tolist() == [pytest.approx([0.8320503, 0.5547002])]  # (3, 2) / sqrt(13)
