"""A shard that is killed (kill -9) in every stage, twice: it continues, and all make what one machine makes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from synthcode.vocabulary import STAGES
from tests.support.programs.benches import runner_of
from tests.support.runs.sharded_recipe import number_of, ruby, tables, write_recipe
from tests.support.runs.stopped_commands import run_to
from tests.support.services.chat_server import Asked, ChatServer, Reply, chat_server

SEEDS, COUNT, IN_FLIGHT, KILLS = 24, 2, 2, 2
"""Seeds, shards, requests in flight (of the recipe), kills of each shard."""

VERIFIED = ("--set", "verify.more_inputs=2", "--set", "verify.mutants=0", "--workers", "1")

MOMENTS = {
    "seeds": "{run}/seeds/",
    "dedup_seeds": "{run}/.writing-seed_",
    "translate": "{run}/completions/.writing-",
    "check": "{run}/translations/",
    "verify": "{run}/.writing-verification",
    "recordings": "{shared}/recordings/",
    "list of files": "{shared}/finished/",
}
"""Where a stage writes, or the publication of a finished shard."""


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


def requests(server: ChatServer) -> Counter[int]:
    return Counter(number_of(request) for request in server.asked if "add_" in request.prompt)


class Killer:
    """Answers; after some requests it also sends the client a signal."""

    def __init__(self) -> None:
        self._left = 0
        self._signal = signal.SIGKILL
        self._client: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def __call__(self, asked: Asked) -> Reply:
        with self._lock:
            if self._client is not None and "add_" in asked.prompt:
                self._left -= 1
                if self._left == 0:
                    os.killpg(self._client.pid, self._signal)
        return ruby(asked)

    def end_after(self, answers: int, command: list[str], number: signal.Signals) -> int:
        """Run a command until it has requested some answers; return its exit code."""
        with self._lock:
            self._left, self._signal = answers, number
            self._client = subprocess.Popen(
                [sys.executable, "-m", "synthcode", *command], start_new_session=True, stderr=subprocess.DEVNULL
            )
        code = self._client.wait(500)
        self._client = None
        return code


@pytest.mark.slow
def test_a_shard_killed_twice_while_it_requests_continues(tmp_path: Path) -> None:
    killer = Killer()
    with chat_server(killer) as server:
        recipe = write_recipe(tmp_path / "in", SEEDS, server.base_url)
        command = ["run", str(recipe), "--out", str(tmp_path / "node"), "--shard", "1/1"]
        for _ in range(KILLS):
            assert killer.end_after(7, command, signal.SIGKILL) == -signal.SIGKILL
        assert synthcode(*command) == 0
        asked = requests(server)
    assert set(asked) == set(range(SEEDS))
    assert asked.total() <= SEEDS + KILLS * IN_FLIGHT
    assert max(asked.values()) <= 1 + KILLS


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What one machine makes."""
    runner_of("ruby")
    folder = tmp_path_factory.mktemp("one")
    with chat_server(ruby) as server:
        recipe = write_recipe(folder / "in", SEEDS, server.base_url)
        assert synthcode("run", recipe, "--out", folder / "one", *VERIFIED) == 0
    return tables(folder / "one")


@pytest.mark.durability
@pytest.mark.parametrize("stage", MOMENTS)
def test_killed_in_a_stage_a_shard_helps_to_make_what_one_machine_makes(
    tmp_path: Path, stage: str, expected: dict[str, bytes]
) -> None:
    with chat_server(ruby) as server:
        recipe, shared = write_recipe(tmp_path / "in", SEEDS, server.base_url), tmp_path / "shared"
        nodes = [tmp_path / f"node-{number}" for number in range(1, COUNT + 1)]
        for number, node in enumerate(nodes, 1):
            options = ["--shard", f"{number}/{COUNT}", "--publish-to", shared, "--through", "verify", *VERIFIED]
            command = ["run", str(recipe), "--out", str(node), *map(str, options)]
            place = MOMENTS[stage].format(run=node, shared=shared)
            kills = [1] * KILLS if stage == "verify" else range(1, KILLS + 1)  # it writes one file
            for kill in kills if number == 1 else ():  # the other shard goes the same way
                stopped = run_to(kill, place, command, signal.SIGKILL, below=False)
                assert stopped.was_reached
                assert stopped.exit_code == -signal.SIGKILL
            assert synthcode(*command) == 0
        assert requests(server) == Counter(range(SEEDS))
    assert synthcode("merge", tmp_path / "all", *(nodes if stage in STAGES else [shared])) == 0
    assert tables(tmp_path / "all") == expected
    assert not [*tmp_path.rglob(".writing-*")]


@pytest.mark.durability
def test_verdicts_of_a_terminated_shard_are_published(tmp_path: Path) -> None:
    runner_of("ruby")
    with chat_server(ruby) as server:
        recipe, shared, node = (
            write_recipe(tmp_path / "in", SEEDS, server.base_url),
            tmp_path / "shared",
            tmp_path / "n",
        )
        command = ["run", str(recipe), "--out", str(node), "--shard", "1/1", "--publish-to", str(shared)]
        command += ["--through", "verify", "--workers", "1", "--set", "verify.mutants=0"]
        # The file of translations is moved into place when all verdicts are stored.
        stopped = run_to(3, f"{node}/translations/", command, signal.SIGTERM, below=False)
        assert stopped.exit_code == 143
        assert not list(shared.glob("finished/*"))
        shutil.rmtree(node)
        assert synthcode(*command) == 0
        assert requests(server) == Counter(range(SEEDS))
    checked = json.loads((node / "manifest.json").read_text())["stages"]["check"]["counts"]
    assert (checked["judged"], checked["already_known"]) == (0, SEEDS)


@pytest.mark.durability
def test_a_merge_killed_twice_makes_what_one_machine_makes(quickstart: Path, tmp_path: Path) -> None:
    shared, out = tmp_path / "shared", tmp_path / "all"
    for number in range(1, COUNT + 1):
        shard = ("--shard", f"{number}/{COUNT}", "--publish-to", shared, "--through", "check")
        assert synthcode("run", "quickstart", "--out", tmp_path / f"node-{number}", *shard) == 0
    command = ["merge", str(out), str(shared)]
    for place in (f"{out}.fetched/", f"{out}.recordings/", f"{out}/seeds/", f"{out}/translations/", f"{out}/dataset/"):
        for moment in range(1, KILLS + 1):
            assert run_to(moment, place, command, signal.SIGKILL, below=False).exit_code == -signal.SIGKILL
    assert synthcode(*command) == 0
    assert tables(out) == tables(quickstart)
    assert not Path(f"{out}.fetched").exists()


@pytest.mark.durability
def test_terminated_shards_continue_on_machines_with_empty_disks(tmp_path: Path) -> None:
    killer = Killer()
    with chat_server(killer) as server:
        recipe, shared = write_recipe(tmp_path / "in", SEEDS, server.base_url), tmp_path / "shared"
        assert synthcode("run", recipe, "--out", tmp_path / "one") == 0
        server.asked.clear()
        for number in range(1, COUNT + 1):
            node = tmp_path / f"node-{number}"
            command = ["run", str(recipe), "--out", str(node), "--shard", f"{number}/{COUNT}"]
            command += ["--publish-to", str(shared), "--through", "check"]
            for _ in range(KILLS):
                assert killer.end_after(3, command, signal.SIGTERM) == 143
                shutil.rmtree(node)
            assert synthcode(*command) == 0
        assert requests(server) == Counter(range(SEEDS))
    assert synthcode("merge", tmp_path / "all", shared) == 0
    assert tables(tmp_path / "all") == tables(tmp_path / "one")
