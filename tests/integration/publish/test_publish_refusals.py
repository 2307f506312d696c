"""What ``datasets`` could not load once it is published is refused before anything changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from synthcode.pipelines.main import run_cli
from synthcode.publishing.checks.row_counts import rows_on_card
from tests.support.runs.small_run import make_card, make_tables, write_run
from tests.support.services.hub import Hub, hub_server

Refused = Callable[[Mapping[str, str]], list[str]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("refusals") / "run")


@pytest.fixture
def refused(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Publish into a folder that holds some files already; return the error, and see that nothing has changed."""

    def publish(files: Mapping[str, str]) -> list[str]:
        place = tmp_path / "name"
        for path, text in files.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_text(text)
        found = []
        for options in ([], ["--dry-run"]):
            assert run_cli(["publish", str(run), "--to", str(place), *options]) == 1
            found.append([line.replace(f"{place}: ", "") for line in capsys.readouterr().err.splitlines()[-2:]])
        assert found[0] == found[1]
        assert {str(p.relative_to(place)) for p in place.rglob("*") if p.is_file()} == set(files)
        return found[0]

    return publish


def card(**front: object) -> str:
    return f"---\n{yaml.safe_dump(front)}---\n\n# Theirs\n"


def config(name: str, path: str, **more: object) -> dict[str, object]:
    return {"config_name": name, "data_files": [{"split": "train", "path": path}], **more}


def test_a_loading_script(refused: Refused) -> None:
    assert refused({"name.py": ""}) == [
        "error: 'datasets' takes name.py for a loading script and loads nothing",
        "rename or remove it there",
    ]


def test_a_folder_that_save_to_disk_wrote(refused: Refused) -> None:
    assert "`save_to_disk`" in refused({"state.json": "{}"})[0]


@pytest.mark.slow
@pytest.mark.parametrize("where", ["first", "later"])
def test_a_configuration_of_theirs_without_files(refused: Refused, where: str) -> None:
    configs = [config("extra", "extra/*.parquet")]
    if where == "later":
        configs.insert(0, config("good", "good/*.parquet"))
    problem, fix = refused({"README.md": card(configs=configs), "good/a.parquet": ""})
    if where == "later":
        assert problem == "error: 'extra', a configuration of the card there, finds no file for 'train'"
        assert fix == "correct its 'data_files' on the card there, or remove it"
    else:
        assert "could not be loaded after publishing" in problem
        assert "'configs'" in fix


@pytest.mark.slow
def test_a_configuration_of_theirs_that_would_read_our_tables(refused: Refused) -> None:
    problem, fix = refused({"README.md": card(configs=[config("all", "**/*.parquet")]), "mine/a.parquet": ""})
    assert problem.startswith("error: 'all', a configuration of the card there, would read data/programs/test-00000")
    assert fix == "narrow its 'data_files' on the card there, or remove it"


def test_a_configuration_of_theirs_in_another_format_comes_first(refused: Refused) -> None:
    # datasets reads every configuration as the first one's format.
    problem, _ = refused({"README.md": card(configs=[config("texts-by-hand", "a.csv")]), "a.csv": "a,b\n1,2\n"})
    assert "configuration 'triplets' could not be loaded after publishing" in problem


def test_configurations_in_a_file_of_their_own(refused: Refused) -> None:
    text = yaml.safe_dump({"configs": [config("triplets", "mine/*.parquet")]})
    problem, _ = refused({".huggingface.yaml": text, "mine/a.parquet": ""})
    assert "'triplets'" in problem


def test_two_defaults(refused: Refused) -> None:
    configs = [config(name, f"{name}.parquet", default=True) for name in ("a", "b")]
    assert "default" in refused({"README.md": card(configs=configs), "a.parquet": "", "b.parquet": ""})[0]


def test_a_file_where_a_folder_goes(refused: Refused) -> None:
    problem, fix = refused({"data": "mine"})
    assert problem == "error: data is a file there, and a folder of this dataset or the reverse"
    assert fix == "rename or remove it there"


@pytest.mark.parametrize(
    "files",
    [
        {"README.md": "# Ours alone\n", "notes.py": "", "train.csv": "a\n1\n", "data/raw/a.parquet": ""},
        {"README.md": card(configs=[config("extra", "extra/*.parquet")]), "extra/a.parquet": "", "extra/b.zip": ""},
        {"sub/state.json": "", "script/name.py": ""},
    ],
)
def test_other_files_do_no_harm(run: Path, tmp_path: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (tmp_path / "name" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "name" / path).write_text(text)
    assert run_cli(["publish", str(run), "--to", str(tmp_path / "name")]) == 0


@pytest.mark.slow
def test_a_version_with_far_fewer_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables = make_tables()
    splits = {"train": 6, "validation": 2, "test": 2}
    run, place = write_run(tmp_path / "run", card=counted(splits)), tmp_path / "there"
    publish = ["publish", str(run), "--to", str(place)]
    assert run_cli(publish) == 0
    for (name, split), table in tables.items():
        if name == "triplets":
            tables[name, split] = table.slice(0, 2 if split == "train" else 1)
    write_run(run, tables, card=counted({"train": 2, "validation": 1, "test": 1}))
    capsys.readouterr()
    assert run_cli([*publish, "--dry-run"]) == 1
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == "rows of triplets: 10 there, 4 in this version"
    assert err.splitlines()[-2:] == [
        f"error: {place} has 10 rows of 'triplets', and this version 4",
        "look at 'synthcode status RUN'; to publish it all the same, give --fewer-rows",
    ]
    assert run_cli(publish) == 1
    assert rows_on_card((place / "README.md").read_text())["triplets"] == splits
    assert run_cli([*publish, "--fewer-rows"]) == 0
    assert sum(rows_on_card((place / "README.md").read_text())["triplets"].values()) == 4


def counted(splits: Mapping[str, int]) -> str:
    infos = [{"name": name, "num_bytes": 1, "num_examples": count} for name, count in splits.items()]
    info = json.dumps([{"config_name": "triplets", "splits": infos}])
    return make_card().replace("---\n", f"---\ndataset_info: {info}\n", 1)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with hub_server(tmp_path_factory.mktemp("hub")) as running:
        yield running


COMMIT = """
import json
from huggingface_hub import CommitOperationAdd, HfApi
repo, *files = arguments  # path in the repository, its text, ...
HfApi().create_repo(repo, repo_type="dataset", exist_ok=True)
operations = [CommitOperationAdd(path, text.encode()) for path, text in zip(files[::2], files[1::2])]
print(json.dumps(HfApi().create_commit(repo, operations, commit_message="By hand", repo_type="dataset").oid))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"theirs.py": ""}, "takes theirs.py for a loading script"),
        ({"README.md": card(configs=[config("extra", "extra/*.parquet")])}, "could not be loaded after publishing"),
        ({".huggingface.yaml": yaml.safe_dump({"configs": [config("triplets", "a.csv")]}), "a.csv": "a\n1\n"}, "tri"),
    ],
)
def test_the_hub_is_left_as_it_is(hub: Hub, run: Path, files: Mapping[str, str], expected: str) -> None:
    repo = f"me-{expected.partition(' ')[0]}/theirs"
    hub.python(COMMIT, repo, *(part for pair in files.items() for part in pair))
    before = hub.commits(repo), hub.seen("lfs uploads")
    assert expected in hub.synthcode("publish", run, "--repo-id", repo).error[0]
    assert (hub.commits(repo), hub.seen("lfs uploads")) == before


@pytest.mark.slow
def test_a_saved_dataset_on_the_hub_does_no_harm(hub: Hub, run: Path) -> None:
    hub.python(COMMIT, "me/saved", "state.json", "{}")
    assert hub.synthcode("publish", run, "--repo-id", "me/saved").code == 0
