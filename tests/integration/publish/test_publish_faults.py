"""``publish`` where something is wrong: the token, the Hub, the network, the moment."""

from __future__ import annotations

import argparse
import hashlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.support.loopback.hub_repositories import Hub as Repositories
from tests.support.loopback.hub_server import Handler
from tests.support.runs.small_run import make_tables, write_run
from tests.support.services.hub import READ_ONLY, TOKEN, Hub, client_of


def lost(handler: Any, commit: Callable[[], None]) -> None:
    """Commit, and lose the answer."""
    real, handler.json = handler.json, lambda *_: None
    commit()
    handler.json = real
    handler.send(504, b"<html>gateway timeout</html>", "text/html")


def overtaken(handler: Any, commit: Callable[[], None]) -> None:
    """Let another client commit first."""
    repo = handler.hub.repos["me/overtaken"]
    if len(repo["commits"]) == 1:
        note = {"lfs": False, "oid": handler.hub.store(b"note"), "git": "0" * 40, "size": 4}
        repo["commits"].append({"oid": "f" * 40, "title": "theirs", "files": {"NOTE": note}})
        repo["refs"]["main"] = "f" * 40
    commit()


SCRIPTS = {"me/lost": lost, "me/overtaken": overtaken}
"""Repository -> what becomes of commits to it."""


@pytest.fixture(scope="module")
def handler(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The same server as elsewhere, for this process, with some repositories that act by a script."""

    def scripted(handler: Any, content: bytes, name: str, revision: str) -> None:
        script = SCRIPTS.get(name, lambda _handler, commit: commit())
        script(handler, lambda: Handler.commit(handler, content, name, revision))

    class ScriptedHandler(Handler):
        hub = Repositories(
            tmp_path_factory.mktemp("hub"), argparse.Namespace(fail_uploads=0, fail_commits=0, slow_ms=0.0)
        )
        routes = [(*route, scripted if action is Handler.commit else action) for *route, action in Handler.routes]  # noqa: RUF012

    return ScriptedHandler


@pytest.fixture(scope="module")
def hub(handler: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        with client_of(f"http://127.0.0.1:{server.server_port}", tmp_path_factory.mktemp("client")) as running:
            yield running
        server.shutdown()


def missing(handler: Any, run: Path) -> int:
    """How many of a run's tables are not on the server; what is there is not uploaded again."""
    digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (run / "dataset").rglob("*.parquet")}
    return sum(not handler.hub.blob(digest).exists() for digest in digests)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run")


@pytest.mark.slow
def test_a_token_that_may_only_read_or_is_wrong_is_told_and_never_shown(hub: Hub, run: Path) -> None:
    assert hub.synthcode("publish", run, "--repo-id", "me/there").code == 0
    write_run(run, make_tables("2"))
    for repo in ("me/new", "me/there"):
        arguments = ("publish", run, "--repo-id", repo)
        assert hub.synthcode(*arguments, HF_TOKEN=READ_ONLY).error == [
            f"error: the token may not write to {repo} (403): this token may only read",
            "use one with write access (https://huggingface.co/settings/tokens), or a repository of your own",
        ]
        assert hub.synthcode(*arguments, HF_TOKEN="hf_wrong").error == [
            f"error: {hub.url} does not accept the token (401)",
            "set HF_TOKEN to one that is valid",
        ]
    assert len(hub.commits("me/there")) == 2


@pytest.mark.parametrize(("token", "code"), [pytest.param(TOKEN, 0, marks=pytest.mark.slow), ("hf_wrong", 1)])
def test_no_output_and_no_file_of_the_run_has_the_token(hub: Hub, run: Path, token: str, code: int) -> None:
    done = hub.synthcode_alone("publish", run, "--repo-id", f"me/code-{code}", token=token)
    assert done.code == code
    assert token not in done.out + done.err
    assert not [path for path in run.rglob("*") if path.is_file() and token.encode() in path.read_bytes()]


@pytest.mark.slow
def test_no_token_offline_and_names_that_are_none(hub: Hub, run: Path) -> None:
    assert hub.synthcode("publish", run, "--repo-id", "me/none", HF_TOKEN="").error == [
        "error: there is no token for the Hub",
        "set HF_TOKEN, or log in with 'hf auth login'",
    ]
    assert hub.synthcode_alone("publish", run, "--repo-id", "me/none", HF_HUB_OFFLINE="1").error == [
        "error: HF_HUB_OFFLINE is set: nothing leaves this machine",
        "unset it to publish",
    ]
    assert hub.synthcode("publish", run, "--repo-id", "none").error == [
        "error: 'none' does not say whose it is",
        "write it as user/none",
    ]
    assert (
        hub.synthcode("publish", run, "--repo-id", "a/b/c").error[0] == "error: 'a/b/c' is not a valid repository name"
    )


@pytest.mark.slow
def test_a_hub_that_is_not_there(hub: Hub, run: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    problem, fix = hub.synthcode_alone("publish", run, "--repo-id", "me/mine", HF_ENDPOINT=url).error
    assert problem == f"error: {url} cannot be reached: [Errno 111] Connection refused"
    assert fix == "check HF_ENDPOINT and the network, then run it again"


@pytest.mark.slow
def test_uploads_and_commits_that_fail_are_tried_again(hub: Hub, handler: Any, run: Path) -> None:
    write_run(run, make_tables("of failures"))
    seen, options, uploads = handler.hub.seen, handler.hub.options, missing(handler, run)
    before = seen["lfs uploads"], seen["commits asked"]
    options.fail_uploads, options.fail_commits = before[0] + 3, before[1] + 2
    done = hub.synthcode("publish", run, "--repo-id", "me/failing", "--tag", "v1")
    assert done.code == 0, done.err
    assert [line.partition(" in ")[0] for line in done.err.splitlines()[1:3]] == [
        "publish: the Hub answers 500: attempt 2 of 8",
        "publish: the Hub answers 500: attempt 3 of 8",
    ]
    assert (seen["lfs uploads"], seen["commits asked"]) == (before[0] + uploads + 3, before[1] + 3)
    assert len(hub.commits("me/failing")) == 2
    assert hub.synthcode("publish", run, "--repo-id", "me/failing", "--tag", "v1").code == 0
    assert seen["commits asked"] == before[1] + 3


@pytest.mark.slow
def test_killed_midway_and_run_again(hub: Hub, handler: Any, run: Path) -> None:
    write_run(run, make_tables("of a kill"), shards=2)
    seen, uploads = handler.hub.seen, missing(handler, run)
    before = seen["lfs uploads"]
    handler.hub.options.slow_ms = 40
    process = hub.start("publish", run, "--repo-id", "me/killed")
    while seen["lfs uploads"] < before + 3:
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    handler.hub.options.slow_ms = 0
    assert hub.commits("me/killed") == ["initial commit"]
    assert 0 < missing(handler, run) < uploads
    done = hub.synthcode("publish", run, "--repo-id", "me/killed")
    assert done.code == 0, done.err
    assert len(hub.commits("me/killed")) == 2
    uploaded = seen["lfs uploads"]
    assert uploaded - before <= uploads + 5  # of the five under way when it was killed none need have arrived
    assert hub.synthcode("publish", run, "--repo-id", "me/killed").code == 0
    assert seen["lfs uploads"] == uploaded


@pytest.mark.slow
def test_a_commit_that_came_through_without_an_answer_is_not_made_twice(hub: Hub, run: Path) -> None:
    done = hub.synthcode("publish", run, "--repo-id", "me/lost")
    assert done.code == 0, done.err
    assert "the Hub answers 504: attempt 2 of 8" in done.err
    assert len(hub.commits("me/lost")) == 2


@pytest.mark.slow
def test_a_commit_of_somebody_else_in_between_is_kept(hub: Hub, run: Path) -> None:
    done = hub.synthcode("publish", run, "--repo-id", "me/overtaken")
    assert done.code == 0, done.err
    assert "the Hub answers 412: attempt 2 of 8" in done.err
    titles = [title.partition(":")[0] for title in hub.commits("me/overtaken")]
    assert titles == ["Publish with synthcode", "theirs", "initial commit"]
    assert "NOTE" in hub.files("me/overtaken")


@pytest.mark.slow
def test_rows_that_come_back_different_are_told(hub: Hub, handler: Any, tmp_path: Path, run: Path) -> None:
    assert hub.synthcode("publish", run, "--repo-id", "me/damaged").code == 0
    name = "data/triplets/validation-00000-of-00001.parquet"
    other = write_run(tmp_path / "other", make_tables("2")) / "dataset" / name
    digest = hashlib.sha256((run / "dataset" / name).read_bytes()).hexdigest()
    blob = handler.hub.blob(digest)
    blob.write_bytes(other.read_bytes())
    try:
        assert hub.synthcode("publish", run, "--repo-id", "me/damaged").error == [
            "error: me/damaged is published, but split 'validation' of 'triplets' comes back with other rows",
            "clear the cache of datasets (HF_HOME) and run the same command again",
        ]
    finally:
        blob.unlink()
