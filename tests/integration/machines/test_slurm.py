"""``synthcode slurm`` on a real Slurm cluster: an array of shards, preemption, failures, and one dataset."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from tests.support.machines.slurm_cluster import SlurmCluster, missing_programs, slurm_cluster, wait_for
from tests.support.runs.sharded_recipe import number_of, ruby, tables, write_recipe
from tests.support.services.chat_server import Asked, Reply, chat_server

pytestmark = [
    pytest.mark.slurm,
    pytest.mark.skipif(
        bool(missing_programs()),
        reason=f"needs Slurm (apt-get install slurm-wlm munge): no {', '.join(missing_programs())}",
    ),
]

SEEDS = 16
UNAUTHORIZED = Reply({"error": {"message": "Incorrect API key provided.", "code": "invalid_api_key"}}, 401)


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlurmCluster]:
    with slurm_cluster(tmp_path_factory.mktemp("slurm")) as up:
        yield up


@pytest.fixture(autouse=True)
def commands(cluster: SlurmCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_CONF", cluster.environment["SLURM_CONF"])
    monkeypatch.setenv("PATH", cluster.environment["PATH"])


def logs(out: Path) -> str:
    return "\n".join(file.read_text() for file in sorted(Path(f"{out}.shards/logs").iterdir()))


def test_an_array_makes_what_one_machine_makes(
    cluster: SlurmCluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with chat_server(ruby) as server:
        recipe, out = write_recipe(tmp_path / "in", SEEDS, server.base_url), tmp_path / "out"
        assert synthcode("run", recipe, "--out", tmp_path / "one") == 0
        assert synthcode("slurm", recipe, "--out", out, "--nodes", "2", "--shards", "3") == 0
        assert "3 of 3 shards, 2 at once" in capsys.readouterr().out
        cluster.wait_until_idle()
        assert synthcode("slurm", recipe, "--out", out, "--status") == 0, logs(out)
        assert "3 of 3 shards are finished" in capsys.readouterr().out
    assert tables(out) == tables(tmp_path / "one"), logs(out)


def test_a_preempted_task_is_queued_again_and_asks_nothing_twice(cluster: SlurmCluster, tmp_path: Path) -> None:
    half, go_on = threading.Event(), threading.Event()

    def slow(asked: Asked) -> Reply:
        if "add_" in asked.prompt and sum("add_" in one.prompt for one in server.asked) == SEEDS // 2:
            half.set()
            go_on.wait(500)
        return ruby(asked)

    with chat_server(slow) as server:
        recipe, out = write_recipe(tmp_path / "in", SEEDS, server.base_url), tmp_path / "out"
        assert synthcode("slurm", recipe, "--out", out, "--shards", "1", "--partition", "low") == 0
        assert half.wait(300)
        cluster.output("sbatch", "--partition=high", "-n2", "--output=/dev/null", "--wrap", "true")
        wait_for(lambda: "stopping" in logs(out), 300, lambda: logs(out))
        go_on.set()
        cluster.wait_until_idle()
        assert synthcode("slurm", recipe, "--out", out, "--status") == 0, logs(out)
        asked = Counter(number_of(request) for request in server.asked if "add_" in request.prompt)
    assert asked == Counter(range(SEEDS)), logs(out)
    assert "goes on with the answers in" in logs(out)
    assert (out / "dataset" / "README.md").is_file(), logs(out)


def test_unfinished_shards_are_submitted_again_and_no_others(
    cluster: SlurmCluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def picky(asked: Asked) -> Reply:
        return UNAUTHORIZED if "add_" in asked.prompt and number_of(asked) == 5 else ruby(asked)

    with chat_server(picky) as server:
        recipe, out = write_recipe(tmp_path / "in", SEEDS, server.base_url), tmp_path / "out"
        assert synthcode("slurm", recipe, "--out", out, "--shards", "4") == 0
        cluster.wait_until_idle()
        assert synthcode("slurm", recipe, "--out", out, "--status") == 1
        assert "3 of 4 shards are finished" in capsys.readouterr().out, logs(out)
        assert not out.exists()
        server.answer = ruby
        assert synthcode("slurm", recipe, "--out", out, "--shards", "4") == 0
        assert "1 of 4 shards" in capsys.readouterr().out
        cluster.wait_until_idle()
        assert synthcode("slurm", recipe, "--out", out, "--status") == 0, logs(out)
    assert (out / "dataset" / "README.md").is_file(), logs(out)
