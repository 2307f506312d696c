"""What is fuzzed: bytes of a stranger's file go in; the file is read, or refused by a ``SynthcodeError`` of two lines.

Each target asserts its property itself. Nothing else may be raised.
"""

from __future__ import annotations

import gzip
import html
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from synthcode.errors import SynthcodeError
from synthcode.gate.answers.extraction import extract
from synthcode.gate.config import CheckConfig
from synthcode.gate.gate import check
from synthcode.languages import get_language
from synthcode.llm.backends.recording import read_recording
from synthcode.llm.journal.journal import Journal
from synthcode.llm.prompts import load_prompt
from synthcode.pipelines.runs.recipe import load_recipe
from synthcode.pipelines.steps.report.scores import read_evaluations
from synthcode.publishing.card.card_merge import merge_card
from synthcode.publishing.card.yaml.front_matter_merge import split_card
from synthcode.schemas.tables import TRANSLATIONS
from synthcode.seeds.adapters.git_folder import find_checkout
from synthcode.seeds.adapters.registry import read_seeds
from synthcode.seeds.cleaning import clean
from synthcode.seeds.config import SeedsConfig
from synthcode.storage.manifest import Manifest
from tests.support.runs.small_run import make_card

PYTHON, GO = get_language("python"), get_language("go")
_LIMIT = 50
"""Rows of a file that are looked at."""


@dataclass(frozen=True)
class Target:
    """A reader of foreign bytes."""

    read: Callable[[bytes, Path], None]
    """Takes the bytes and an empty folder."""
    samples: tuple[bytes, ...]
    """Sound input, from which fuzzing starts."""


@contextmanager
def refused_in_two_lines() -> Iterator[None]:
    try:
        yield
    except SynthcodeError as problem:
        _check_lines(problem)


def _check_lines(problem: SynthcodeError) -> None:
    for line in (problem.problem, problem.fix):
        assert line.strip()
        assert "\n" not in line, line


def recipe(data: bytes, folder: Path) -> None:
    path = folder / "recipe.yaml"
    path.write_bytes(data)
    with refused_in_two_lines():
        load_recipe(str(path))


def prompt(data: bytes, folder: Path) -> None:
    (folder / "user.jinja").write_bytes(data)
    seed = {"code": "def f():\n    return 1\n", "text": "Return one.", "entry_point": None}
    with refused_in_two_lines():
        load_prompt(str(folder)).fill(seed, PYTHON, GO)


def seeds(adapter: str, name: str) -> Callable[[bytes, Path], None]:
    def read(data: bytes, folder: Path) -> None:
        path = folder / name
        path.write_bytes(data)
        whole = adapter in ("mbxp", "source-tree")
        config = SeedsConfig(adapter, str(folder if whole else path), limit=_LIMIT, language="python")
        with refused_in_two_lines():
            rows = list(read_seeds(config))
            cleaned = clean(rows, config)
            assert cleaned.kept.num_rows + cleaned.rejected.num_rows == len(rows)

    return read


def answer(data: bytes, _folder: Path) -> None:
    text = data.decode("utf-8", "replace")
    found = extract(text, GO, PYTHON, "stop")
    assert (found.code is None) == (found.reason is not None)
    sources = ["".join(one.split()) for one in (text, html.unescape(text), *_strings_of_json(text))]
    for block in found.blocks:
        code = "".join(block.code.split())
        # Marks of chat templates and thoughts are taken out of lines: each line must come from the answer.
        lines = ["".join(line.split()) for line in block.code.split("\n")]
        assert any(code in source or all(line in source for line in lines) for source in sources), block.code
    row = dict.fromkeys(TRANSLATIONS.names) | {
        "request_id": "r",
        "seed_id": "s",
        "target_language": "go",
        "source_language": "python",
        "source_code": "def f():\n    return 1\n",
        "entry_point": "f",
        "sample_index": 0,
        "text": text,
        "finish_reason": "stop",
    }
    batch = pa.table({name: [value] for name, value in row.items()})
    judged = check(batch, CheckConfig())
    assert judged.kept.num_rows + judged.rejected.num_rows == 1


def _strings_of_json(text: str) -> list[str]:
    decoded = []
    for start in (place for place, character in enumerate(text) if character == '"'):
        try:
            value, _ = json.JSONDecoder(strict=False).raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        decoded += [value, html.unescape(value)] if isinstance(value, str) else []
    return decoded[:200]


def card(data: bytes, _folder: Path) -> None:
    theirs = data.decode("utf-8", "replace").replace("\r", "")
    with refused_in_two_lines():
        merged = merge_card(make_card(), theirs, ["data/x/"])
        assert merge_card(make_card(), merged, ["data/x/"]) == merged
        if "<!-- synthcode:" not in theirs:
            rest = iter(split_card(merged)[1].splitlines())
            assert all(line in rest for line in split_card(theirs)[1].splitlines() if line.strip())


def manifest(data: bytes, folder: Path) -> None:
    (folder / "manifest.json").write_bytes(data)
    with refused_in_two_lines():
        read = Manifest(folder)
        for stage in read.stages:
            read.differences(stage)


def journal(data: bytes, folder: Path) -> None:
    path = folder / "journal.sqlite"
    path.write_bytes(data)
    for read_only in (True, False):
        with refused_in_two_lines(), Journal(path, read_only) as opened:
            opened.counts()
            opened.failures()
            opened.errors(["a"])


def recording(name: str) -> Callable[[bytes, Path], None]:
    def read(data: bytes, folder: Path) -> None:
        path = folder / name
        path.write_bytes(data)
        with refused_in_two_lines():
            list(read_recording(path, Counter()))

    return read


def git_config(data: bytes, folder: Path) -> None:
    git = folder / ".git"
    git.mkdir()
    for name in ("config", "HEAD", "packed-refs"):
        (git / name).write_bytes(data)
    found = find_checkout(folder)
    assert found.repository
    assert found.blob_url is None or found.blob_url.startswith("https://github.com/")


def git_file(data: bytes, folder: Path) -> None:
    (folder / "inner").mkdir()
    (folder / "inner" / ".git").write_bytes(data)
    assert find_checkout(folder / "inner").blob_url is None


def results(name: str) -> Callable[[bytes, Path], None]:
    def read(data: bytes, folder: Path) -> None:
        one = folder / "bm25"
        one.mkdir()
        (one / "ranks.parquet").write_bytes(_parquet(encoder=["bm25"], exit=[0]))
        (one / "results.json").write_bytes(_FACTS)
        (one / name).write_bytes(data)
        with refused_in_two_lines():
            read_evaluations(folder)

    return read


def _parquet(**columns: list[object]) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def _lines(*rows: dict[str, object]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


_FACTS = json.dumps(
    {
        "fingerprint": "f",
        "encoder": "bm25",
        "model": "bm25",
        "identity": "i",
        "exits": [0],
        "dataset": "d",
        "dataset_digest": "e",
        "split": "test",
        "variants": ["stripped"],
        "settings": {},
        "versions": {},
        "speed": {},
    }
).encode()
_CODE = 'def add(a, b):\n    """Add two numbers and return the sum."""\n    c = a + b\n    return c\n'
_TABLE = {"text": "Add two numbers.", "code": _CODE, "language": "python", "source_id": "t/1"}
_CODESEARCHNET = {
    "repo": "a/b",
    "path": "x.py",
    "func_name": "add",
    "language": "python",
    "code": _CODE,
    "docstring": "Add two numbers and return the sum.",
    "url": "https://github.com/a/b",
    "partition": "train",
}
_HUMANEVAL = {
    "task_id": "HumanEval/0",
    "prompt": 'def add(a, b):\n    """Add two numbers."""\n',
    "canonical_solution": "    return a + b\n",
    "entry_point": "add",
    "test": "def check(candidate):\n    assert candidate(1, 2) == 3\n",
}
_MBXP = {**_HUMANEVAL, "task_id": "MBPP/1", "language": "python", "description": "Add two numbers."}
_ANSWER = {"text": "```go\nfunc f() {}\n```", "target_language": "go", "source_id": "t/1", "finish_reason": "stop"}
_CONFIG = b'[core]\n\tbare = false\n[remote "origin"]\n\turl = https://github.com/o/n.git\nref: refs/heads/main\n'
_RECIPE = (
    b"seeds: {adapter: table, path: t.jsonl, columns: {text: d}}\n"
    b"translate:\n  targets: [java, go]\n  model: m\n  sampling: {temperature: 0.2}\nworkers: 2\n"
)
_PROMPT = (
    b"{% for line in code.splitlines() %}{{ loop.index }} {{ line|indent }}{% endfor %}\n{% if text %}"
    b"{{ text ~ 'x' * 3 }}{% endif %}{% macro m(n) %}{{ '%3d' % n }}{% endmacro %}{{ m(3) }}"
    b"{{ '{:>4}'.format(target.label) }}"
)


def targets() -> dict[str, Target]:
    """Return everything that is fuzzed, by the name of its folder in the corpus."""
    table, recorded = _lines(_TABLE, _TABLE), _lines(_ANSWER)
    csv = b'text,code,language\n"Add two numbers.","def f(a):\n    return a\n",python\n'
    return {
        "recipe": Target(recipe, (_RECIPE,)),
        "prompt": Target(prompt, (_PROMPT,)),
        "table_jsonl": Target(seeds("table", "t.jsonl"), (table,)),
        "table_gz": Target(seeds("table", "t.jsonl.gz"), (gzip.compress(table, mtime=0),)),
        "table_csv": Target(seeds("table", "t.csv"), (csv,)),
        "table_parquet": Target(seeds("table", "t.parquet"), (_parquet(**{k: [v] for k, v in _TABLE.items()}),)),
        "codesearchnet": Target(seeds("codesearchnet", "c.jsonl"), (_lines(_CODESEARCHNET),)),
        "humaneval": Target(seeds("humaneval", "HumanEval.jsonl"), (_lines(_HUMANEVAL),)),
        "mbxp": Target(seeds("mbxp", "mbpp_release_v1.jsonl"), (_lines(_MBXP),)),
        "source_tree": Target(seeds("source-tree", "a.py"), (_CODE.encode(),)),
        "hub": Target(seeds("hub", "t.jsonl"), (table,)),
        "answer": Target(answer, (b"Sure:\n```go\nfunc f() int { return 1 }\n```\n", b'{"code": "func f() {}\\n"}')),
        "card": Target(card, (make_card("text\n").encode(), b"---\nlicense: mit\n---\n# T\n")),
        "manifest": Target(manifest, (b'{"stages": {}}',)),
        "journal": Target(journal, (b"", b"SQLite format 3\x00")),
        "recording_jsonl": Target(recording("r.jsonl"), (recorded,)),
        "recording_parquet": Target(recording("r.parquet"), (_parquet(**{k: [v] for k, v in _ANSWER.items()}),)),
        "git_config": Target(git_config, (_CONFIG,)),
        "git_file": Target(git_file, (b"gitdir: ../.git/worktrees/inner\n",)),
        "results_ranks": Target(results("ranks.parquet"), (_parquet(encoder=["bm25"], exit=[0], task=["text2code"]),)),
        "results_facts": Target(results("results.json"), (_FACTS,)),
        "results_costs": Target(results("costs.csv"), (b"exit,flops_per_token,latency_s\n0,1.0,2.0\n",)),
    }
