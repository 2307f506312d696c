"""The code blocks of the README and the manual do what the pages around them say."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from synthcode.pipelines.main import cli
from tests.support.services.chat_server import Asked, ChatServer, Reply, chat_server, completion
from tests.support.services.hub import hub_server
from tests.support.suite.manual_blocks import Block, blocks_of, run_blocks

ROOT = Path(__file__).resolve().parents[3]
QUICKSTART = ROOT / "pipelines" / "recipes" / "quickstart"
MODEL = "Qwen/Qwen2.5-Coder-7B-Instruct"
BASE_URL = "http://localhost:8000/v1"
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "AGENTS.md")] + sorted((ROOT / "docs").rglob("*.md"))


def rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (QUICKSTART / name).read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    """A model that answers with the quickstart's recording: it finds a problem by the name of its function."""
    problems = {row["entry_point"]: row["source_id"] for row in rows("seeds.jsonl")}
    answers = {(row["source_id"], row["target_language"]): row["text"] for row in rows("recording.jsonl")}
    targets = {"Java": "java", "Go": "go", "Rust": "rust", "C++": "cpp"}

    def answer(asked: Asked) -> Reply:
        function = re.findall(r"def (\w+)\(", asked.prompt)
        target = re.search(r"Target language: (.+)", asked.prompt)
        if not function or target is None:  # what the client probes the server with
            return Reply(completion("yes"))
        return Reply(completion(answers[problems[function[-1]], targets[target.group(1)]]))

    with chat_server(answer, Reply({"data": [{"id": MODEL}]})) as started:
        yield started


@pytest.mark.manual
def test_the_tutorial(tmp_path: Path, server: ChatServer) -> None:
    tutorial = [ROOT / "docs" / "tutorial" / f"{name}.md" for name in ("quickstart", "own_data", "model_server")]
    outputs = run_blocks(
        [block for page in tutorial for block in blocks_of(page)], tmp_path, {BASE_URL: server.base_url}, {}
    )
    said = "".join(outputs)
    for claim in ("42 seeds, 4 of them duplicates", "304 requested", "code2code stripped", "5 seeds", "wrong_language"):
        assert claim in said, claim
    assert "304 of 304 completed; 304 requested, 304 already known" in outputs[-1] or "up to date" in said
    first, again = (parquet(tmp_path / "runs" / run / "dataset") for run in ("mine", "again"))
    assert first == again
    assert "data/triplets/train-00000-of-00001.parquet" in first


def parquet(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.parquet")}


@pytest.mark.manual
def test_the_readme(tmp_path: Path, server: ChatServer) -> None:
    seeds = [{"description": row["text"], "code": row["code"]} for row in rows("seeds.jsonl")]
    (tmp_path / "tasks.jsonl").write_text("".join(json.dumps(seed) + "\n" for seed in seeds))
    with hub_server(tmp_path) as hub:
        run_blocks(blocks_of(ROOT / "README.md"), tmp_path, {BASE_URL: server.base_url}, hub.environment())
        assert "README.md" in hub.files("user/name")
    for made in ("runs/mine/report.html", "published/SHA256SUMS", "exports/beir", "runs/mine/evaluation/bm25"):
        assert (tmp_path / made).exists(), made


@pytest.mark.manual
def test_the_page_about_prompts(tmp_path: Path) -> None:
    run_blocks(blocks_of(ROOT / "docs" / "how-to" / "prompts.md"), tmp_path, {}, {})
    assert (tmp_path / "few_shot" / "user.jinja").exists()
    assert "prompt: ./few_shot" in (tmp_path / "runs" / "few-shot" / "recipe.yaml").read_text()


def test_blocks_that_do_not_run_are_counted() -> None:
    """What users try first runs; raise a number here only for a block that needs a GPU, an account or money."""
    skipped = {
        page.name: sum(block.no_run is not None for block in blocks_of(page))
        for page in (ROOT / "README.md", *sorted((ROOT / "docs" / "tutorial").glob("*.md")))
    }
    assert skipped == {"README.md": 4, "quickstart.md": 1, "own_data.md": 0, "model_server.md": 1}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_options_in_shell_blocks_exist(page: Path) -> None:
    for block in blocks_of(page):
        for line in block.text.replace("\\\n", " ").splitlines() if block.language == "bash" else ():
            if line.startswith("synthcode "):
                parse(shlex.split(line, comments=True)[1:], block)


def parse(words: list[str], block: Block) -> None:
    context = click.Context(cli, info_name="synthcode", **cli.context_settings)
    command = cli.get_command(context, words[0])
    assert command is not None, f"line {block.line}: no command {words[0]}"
    inner = click.Context(command, info_name=words[0], parent=context, **command.context_settings)
    command.make_parser(inner).parse_args(words[1:])  # raises on an option that does not exist
