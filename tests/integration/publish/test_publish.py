"""``publish`` against a Hub on loopback, with the real clients."""

from __future__ import annotations

import urllib.error
from collections.abc import Iterator
from pathlib import Path

import pytest

from synthcode.publishing.card.card import BEGIN, END
from tests.support.runs.small_run import make_card, make_tables, write_run
from tests.support.services.hub import Hub, hub_server

LOAD = """
import json
import datasets
from synthcode.publishing.targets.loading_back import rows_digest
repo, revision, *configs = arguments
found = {}
for config in configs:
    splits = datasets.load_dataset(repo, config, revision=revision)
    tables = {split: (rows.with_format("arrow").iter(100), rows.column_names) for split, rows in splits.items()}
    found[config] = {split: rows_digest(*table) for split, table in tables.items()}
print(json.dumps(found))
"""

COMMIT = """
import json
from huggingface_hub import CommitOperationAdd, HfApi
repo, *files = arguments  # path in the repository, path here, ...
operations = [CommitOperationAdd(path, content) for path, content in zip(files[::2], files[1::2])]
print(json.dumps(HfApi().create_commit(repo, operations, commit_message="By hand", repo_type="dataset").oid))
"""

CONFIGS = ("triplets", "programs", "texts", "qrels")

# A Hub, and a process of its own that talks to it; test_publish_folders.py has the quick tests of publishing.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with hub_server(tmp_path_factory.mktemp("hub")) as running:
        yield running


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run")


def published(hub: Hub, run: Path, repo: str, *options: str) -> str:
    """Publish, and return what is said of the changes."""
    done = hub.synthcode("publish", run, "--repo-id", repo, *options)
    assert done.code == 0, done.err
    assert done.out.startswith(f"{hub.url}/datasets/{repo}/tree/")
    return done.err.splitlines()[1].removeprefix(f"publish: {repo}: ")


def by_hand(hub: Hub, run: Path, repo: str, card: str, *files: str | Path) -> None:
    """Commit a card, and perhaps files, as people do."""
    written = run.parent / "card.md"
    written.write_text(card)
    hub.python(COMMIT, repo, "README.md", written, *files)


def digests(run: Path) -> dict[str, dict[str, str]]:
    import pyarrow.parquet as pq

    from synthcode.publishing.targets.loading_back import rows_digest

    found = {}
    for config in CONFIGS:
        splits = ("train", "validation", "test")
        tables = {split: pq.read_table(sorted((run / "dataset/data" / config).glob(f"{split}-*"))) for split in splits}
        found[config] = {split: rows_digest([table], table.column_names) for split, table in tables.items()}
    return found


def test_every_configuration_and_split_is_loaded_back(hub: Hub, quickstart: Path) -> None:
    run = quickstart
    local = {path.relative_to(run / "dataset").as_posix() for path in (run / "dataset").rglob("*") if path.is_file()}
    message = published(hub, run, "me/quickstart", "--tag", "v1")
    assert message.startswith(f"{len(local)} added, 0 changed, 0 removed, 0 unchanged; ")
    assert hub.files("me/quickstart") == local
    assert hub.python(LOAD, "me/quickstart", "v1", *CONFIGS) == digests(run)
    assert 'load_dataset("me/quickstart"' in hub.card("me/quickstart")
    assert "user/name" not in hub.card("me/quickstart")


def test_publishing_again_makes_no_commit_and_uploads_nothing(hub: Hub, run: Path) -> None:
    published(hub, run, "me/again")
    before = hub.seen("lfs uploads"), hub.seen("commits asked")
    assert published(hub, run, "me/again") == "unchanged, nothing to do"
    assert (hub.seen("lfs uploads"), hub.seen("commits asked")) == before
    assert len(hub.commits("me/again")) == 2


def test_a_changed_version_replaces_what_is_ours_and_keeps_what_people_wrote(hub: Hub, run: Path) -> None:
    write_run(run, shards=2, eval_yaml="name: small\n")
    published(hub, run, "me/changed")
    edited = hub.card("me/changed").replace("license: mit", "license: mit\nauthors: [us]")
    edited = edited.replace("configs:\n", "configs:\n- config_name: extra\n  data_files: extra/*.parquet\n")
    edited = edited.replace(BEGIN, f"By hand, above.\n\n{BEGIN}") + "\n## Below\n\nBy hand.\n"
    by_hand(hub, run, "me/changed", edited, "extra/a.parquet", run / "dataset/data/texts/test-00000-of-00002.parquet")
    (run / "dataset/eval.yaml").unlink()
    write_run(run, make_tables("2"), card=make_card("The second version."))
    message = published(hub, run, "me/changed")
    assert message.startswith("12 added, 1 changed, 25 removed, 0 unchanged; ")
    local = {path.relative_to(run / "dataset").as_posix() for path in (run / "dataset").rglob("*") if path.is_file()}
    assert hub.files("me/changed") == local | {"extra/a.parquet"}
    assert hub.card("me/changed") == edited.replace("Made by nobody.", "The second version.").replace(
        ', "eval.yaml"', ""
    )
    loaded = hub.python(LOAD, "me/changed", "main", *CONFIGS, "extra")
    assert {config: loaded[config] for config in CONFIGS} == digests(run)
    assert published(hub, run, "me/changed") == "unchanged, nothing to do"


def test_a_card_that_people_wrote_before_the_first_version_stays(hub: Hub, run: Path) -> None:
    published(hub, run, "me/by-hand")
    by_hand(hub, run, "me/by-hand", "# Ours alone\n\nText.\n")
    published(hub, run, "me/by-hand")
    assert hub.card("me/by-hand").partition("---\n\n")[0].startswith("---\npretty_name: Small\n")
    assert f"---\n# Ours alone\n\nText.\n\n{BEGIN}\n" in hub.card("me/by-hand")
    assert hub.card("me/by-hand").endswith(f"{END}\n")


def test_a_dry_run_lists_what_would_change_and_changes_nothing(hub: Hub, run: Path) -> None:
    new = hub.synthcode("publish", run, "--repo-id", "me/dry", "--dry-run")
    assert new.code == 0
    assert new.out.splitlines()[-1].startswith("13 added, 0 changed, 0 removed, 0 unchanged; ")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        hub.files("me/dry")
    published(hub, run, "me/dry")
    write_run(run, make_tables("2"), shards=2, extra_txt="more")
    commits, uploads = hub.commits("me/dry"), hub.seen("lfs uploads")
    lines = hub.synthcode("publish", run, "--repo-id", "me/dry", "--dry-run").out.splitlines()
    rows = {tuple(line.split()[:2]) for line in lines[:-1]}
    assert ("added", "data/texts/train-00001-of-00002.parquet") in rows
    assert ("added", "extra.txt") in rows
    assert ("changed", "README.md") in rows
    assert ("removed", "data/texts/train-00000-of-00001.parquet") in rows
    assert lines[-1].startswith("25 added, 1 changed, 12 removed, 0 unchanged; ")
    assert (hub.commits("me/dry"), hub.seen("lfs uploads")) == (commits, uploads)


def test_a_branch_and_a_tag(hub: Hub, run: Path) -> None:
    published(hub, run, "me/versions", "--tag", "v1")
    write_run(run, make_tables("2"))
    assert hub.synthcode("publish", run, "--repo-id", "me/versions", "--tag", "v1").error == [
        "error: me/versions: tag 'v1' names another version",
        "give this version a tag of its own",
    ]
    assert len(hub.commits("me/versions")) == 2
    published(hub, run, "me/versions", "--revision", "next", "--tag", "v2")
    assert published(hub, run, "me/versions", "--revision", "next", "--tag", "v2") == "unchanged, nothing to do"
    assert len(hub.commits("me/versions")) == 3
    second = digests(run)
    assert hub.python(LOAD, "me/versions", "v2", "programs")["programs"] == second["programs"]
    assert hub.python(LOAD, "me/versions", "v1", "programs")["programs"] != second["programs"]


def test_a_private_repository_is_private_and_a_public_one_does_not_become_it_unseen(hub: Hub, run: Path) -> None:
    published(hub, run, "me/private", "--private")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        hub.get("api/datasets/me/private", token=None)
    assert published(hub, run, "me/private") == "unchanged, nothing to do"
    published(hub, run, "me/public")
    assert hub.synthcode("publish", run, "--repo-id", "me/public", "--private").error == [
        "error: me/public is public, but --private was given",
        "make it private on the Hub first",
    ]


def test_nothing_leaves_the_machine_when_the_dataset_is_not_sound(hub: Hub, run: Path) -> None:
    shard = run / "dataset/data/qrels/test-00000-of-00001.parquet"
    shard.write_bytes((run / "dataset/data/qrels/train-00000-of-00001.parquet").read_bytes())
    problem, fix = hub.synthcode("publish", run, "--repo-id", "me/unsound").error
    assert problem == f"error: {shard.parent}: test has 18 rows, the manifest says 6"
    assert fix == "make the dataset again: 'synthcode build RUN --force'"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        hub.files("me/unsound")


def test_a_slash_at_the_end_of_the_hubs_address_changes_nothing(hub: Hub, run: Path) -> None:
    done = hub.synthcode_alone("publish", run, "--repo-id", "me/slash", HF_ENDPOINT=f"{hub.url}/")
    assert done.code == 0, done.err
    assert "comes back the same" in done.err


def test_a_socks_proxy_is_refused_in_two_lines(hub: Hub, run: Path) -> None:
    done = hub.synthcode("publish", run, "--repo-id", "me/socks", ALL_PROXY="socks5://127.0.0.1:1080")
    assert "SOCKS" in done.error[0]
    assert "ALL_PROXY" in done.error[1]
