"""The quickstart's card and metadata, read by the tools that they are for."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasets import Features, get_dataset_config_info, load_dataset
from huggingface_hub import DatasetCard

from synthcode.pipelines.main import run_cli

QUICKSTART = Path(__file__).resolve().parents[3] / "pipelines" / "recipes" / "quickstart"
CONFIGS = ("triplets", "programs", "texts", "qrels")


def read_croissant(path: Path) -> Any:
    import mlcroissant  # a second of the processor, in every process that collects this file

    return mlcroissant.Dataset(str(path))


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


def plain(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@pytest.fixture(scope="module")
def run(quickstart: Path) -> Path:
    return quickstart


@pytest.fixture(scope="module")
def card(run: Path) -> DatasetCard:
    return DatasetCard.load(run / "dataset" / "README.md")


@pytest.mark.parametrize("config", CONFIGS)
def test_datasets_builds_what_the_card_says(run: Path, card: DatasetCard, tmp_path: Path, config: str) -> None:
    said = next(info for info in card.data.dataset_info if info["config_name"] == config)
    files = {
        split["name"]: str(run / "dataset" / "data" / config / f"{split['name']}-*.parquet") for split in said["splits"]
    }
    # By the files, without the card; then as users load it.
    built = load_dataset("parquet", data_files=files, cache_dir=str(tmp_path / "files"))
    loaded = load_dataset(str(run / "dataset"), config, cache_dir=str(tmp_path / "folder"))
    for dataset in (built, loaded):
        assert {name: len(rows) for name, rows in dataset.items()} == {
            split["name"]: split["num_examples"] for split in said["splits"]
        }
        info = dataset["train"].info
        assert info.features == Features._from_yaml_list(said["features"])
        assert info.splits._to_yaml_list() == said["splits"]
        assert info.dataset_size == said["dataset_size"]
    assert get_dataset_config_info(str(run / "dataset"), config).download_size == said["download_size"]


@pytest.mark.slow
def test_croissant_is_valid_and_loads_every_record_from_the_folder(run: Path, tmp_path: Path) -> None:
    path = run / "dataset" / "croissant.json"
    dataset = read_croissant(path)
    assert dataset.metadata.ctx.issues.errors == set()
    for config in CONFIGS:
        rows = load_dataset(str(run / "dataset"), config, cache_dir=str(tmp_path))
        expected = Counter((name, *map(str, row.values())) for name, split in rows.items() for row in split)
        assert Counter(tuple(map(plain, record.values())) for record in dataset.records(config)) == expected
    for file in json.loads(path.read_text("utf-8"))["distribution"]:
        if "contentUrl" in file:
            content = (run / "dataset" / file["contentUrl"]).read_bytes()
            assert file["sha256"] == hashlib.sha256(content).hexdigest()
            assert file["contentSize"] == f"{len(content)} B"


def test_the_card_s_counts_are_those_of_the_dataset(run: Path, card: DatasetCard, tmp_path: Path) -> None:
    pairs = load_dataset(str(run / "dataset"), cache_dir=str(tmp_path))
    kept = Counter(language for rows in pairs.values() for language in rows["language2"])
    assert f"| Rust | {kept['rust']} (87%) |" in card.text
    assert f"| Rust | {kept['rust']} |" in card.text
    shown = card.text.partition("```python\n")[2].partition("```python\n")[2].partition("\n```")[0]
    assert shown in {code.rstrip() for code in pairs["train"]["func1_CSN"]}
    assert "`compiled` |" not in card.text  # a column of zeros where no compiler was asked
    assert f"| **all** | **{kept.total()}** |" in card.text


@pytest.mark.slow
def test_the_recipe_on_the_card_makes_the_same_dataset_again(run: Path, card: DatasetCard, tmp_path: Path) -> None:
    recipe = card.text.partition("```yaml\n")[2].partition("\n```")[0]
    (tmp_path / "recipe.yaml").write_text(recipe, "utf-8")
    shutil.copy(QUICKSTART / yaml.safe_load(recipe)["seeds"]["path"], tmp_path)
    settings = ("--set", "backend.name=replay", "--set", f"backend.recording={run / 'completions'}")
    assert synthcode("run", tmp_path / "recipe.yaml", "--out", tmp_path / "again", *settings) == 0
    made, again = (
        {path.relative_to(folder): path.read_bytes() for path in (folder / "dataset").rglob("*") if path.is_file()}
        for folder in (run, tmp_path / "again")
    )
    assert made == again
    assert {str(path) for path in made if path.suffix != ".parquet"} == {
        f"dataset/{name}" for name in ("README.md", "eval.yaml", "croissant.json")
    }


@pytest.mark.slow
def test_a_benchmark_that_nothing_is_like_is_told_of_as_well(run: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(run, tmp_path / "copy")
    benchmark = tmp_path / "other.jsonl"
    benchmark.write_text(json.dumps({"text": "x", "code": "def f(x):\n    return [x, x, x]\n"}) + "\n", "utf-8")
    assert synthcode("dedup", copy, "--against", f"other=table:{benchmark}@python") == 0
    assert synthcode("build", copy) == 0
    card = (copy / "dataset" / "README.md").read_text("utf-8")
    assert "| other | 1 | 0 | 0 | 0 |" in card
    assert "- other=table:other.jsonl@python" in card
    changed = {"README.md"}
    assert changed == {
        path.name
        for path in (run / "dataset").rglob("*")
        if path.is_file() and path.read_bytes() != (copy / path.relative_to(run)).read_bytes()
    }


SEEDS = [
    ("python", "Add two numbers.", "def add(a, b):\n    return a + b\n", "MIT"),
    ("javascript", "Multiply two numbers.", "function mul(a, b) {\n  return a * b;\n}\n", "<b>Mine|</b>\n---\n"),
    ("javascript", "Print a greeting.", 'function greet() {\n  console.log("hello there");\n}\n', None),
]
ANSWERS = {
    "0": "```go\npackage main\n\nfunc add(a, b int) int {\n\treturn a + b\n}\n```",
    "1": "```go\npackage main\n\nfunc mul(x, y int) int {\n\treturn x * y\n}\n```",
    "2": "I'm sorry, but I can't help with that.",
}


@pytest.mark.slow
def test_directions_and_licences_of_seeds_in_several_languages(tmp_path: Path) -> None:
    keys = ("source_id", "language", "text", "code", "license")
    seeds = [dict(zip(keys, (str(number), *seed), strict=True)) for number, seed in enumerate(SEEDS)]
    answers = [{"source_id": key, "target_language": "go", "text": text} for key, text in ANSWERS.items()]
    for name, rows in (("seeds", seeds), ("recording", answers)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    recipe = {
        "seeds": {"adapter": "table", "path": "seeds.jsonl", "source": "a|b `c`\n<!-- synthcode:end -->"},
        "translate": {"targets": ["go"], "model": "</script>"},
        "backend": {"name": "replay", "recording": "recording.jsonl"},
        "card": {"title": "x\n---\ny", "creators": ["A {B}"]},
    }
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(recipe), "utf-8")
    assert synthcode("run", tmp_path / "recipe.yaml", "--out", tmp_path / "run") == 0
    dataset = tmp_path / "run" / "dataset"
    card = DatasetCard.load(dataset / "README.md")
    assert "| into | from JavaScript | from Python |" in card.text
    assert "| Go | 1 (50%) | 1 (100%) |" in card.text
    assert card.text.count("<!-- synthcode:end -->") == 1
    assert "author  = {{A B}}," in card.text
    assert (card.data.license, card.data.pretty_name) == ("other", "x --- y")
    listed = (dataset / card.data.license_link).read_text("utf-8")
    expected = ("[MIT](https://spdx.org/licenses/MIT.html)", "&lt;b&gt;Mine\\|&lt;/b&gt; ---", "none named")
    assert all(f"| {name} | 1 |" in listed and f"| {name} | 1 |" in card.text for name in expected)
    assert read_croissant(dataset / "croissant.json").metadata.ctx.issues.errors == set()
    assert sum(map(len, load_dataset(str(dataset), cache_dir=str(tmp_path / "cache")).values())) == 2
