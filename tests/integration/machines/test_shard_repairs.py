"""Repairs of shards: requested where the shard is, and merged like all other answers."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from tests.support.runs.sharded_recipe import number_of, ruby, tables, write_recipe
from tests.support.services.chat_server import Asked, Reply, chat_server, completion

SEEDS, COUNT = 8, 2
MARK = "never_closed"


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


def half_broken(asked: Asked) -> Reply:
    """Answer every second seed with half a program first, and repair it when its error comes back."""
    number = number_of(asked)
    if number % 2 or MARK in asked.prompt:
        return ruby(asked)
    return Reply(completion(f"```ruby\ndef add_{number}(a, b)\n  {MARK} = [a, b\n```\n"))


def repairs(run: Path) -> dict[str, int]:
    counts: dict[str, int] = json.loads((run / "manifest.json").read_text())["stages"]["repair"]["counts"]
    return counts


@pytest.mark.slow
def test_repairs_are_requested_by_shards_and_merged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with chat_server(half_broken) as server:
        recipe, shared = write_recipe(tmp_path / "in", SEEDS, server.base_url), tmp_path / "shared"
        assert synthcode("run", recipe, "--out", tmp_path / "one", "--repair", "1") == 0
        assert repairs(tmp_path / "one")["accepted"] == SEEDS // 2
        server.asked.clear()
        nodes = [tmp_path / f"node-{number}" for number in (1, 2)]
        for number, node in enumerate(nodes, 1):
            shard = ("--shard", f"{number}/{COUNT}", "--publish-to", shared, "--repair", "1")
            assert synthcode("run", recipe, "--out", node, *shard) == 0
        asked = Counter((number_of(one), MARK in one.prompt) for one in server.asked if "add_" in one.prompt)
        expected = {(number, False) for number in range(SEEDS)} | {(number, True) for number in range(0, SEEDS, 2)}
        assert asked == Counter(expected)
        sent = len(server.asked)
        for name, shards in (("runs", nodes), ("published", [shared])):
            assert synthcode("merge", tmp_path / name, *shards) == 0
            assert tables(tmp_path / name) == tables(tmp_path / "one")
            assert repairs(tmp_path / name)["accepted"] == SEEDS // 2
        assert len(server.asked) == sent
    capsys.readouterr()
    assert synthcode("merge", tmp_path / "runs", *nodes[::-1]) == 0
    assert "repair: unchanged" in capsys.readouterr().err


def test_a_budget_of_repairs_is_left_to_the_merged_run(tmp_path: Path) -> None:
    with chat_server(half_broken) as server:
        recipe = write_recipe(tmp_path / "in", 4, server.base_url)
        budget = ("--repair", "1", "--repair-budget", "100000")
        assert synthcode("run", recipe, "--out", tmp_path / "node", "--shard", "1/1", *budget) == 0
        assert not any(MARK in one.prompt for one in server.asked)
