"""A run whose seeds, answers and encoders are hostile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from synthcode.evaluation.results_json import Facts, write_facts
from synthcode.evaluation.retrieval.ranks import write_ranks
from synthcode.pipelines.main import run_cli
from synthcode.schemas.results import RANKS

EVIL = "</script><script>window.pwned=1</script><img src=x onerror='window.pwned=2'><!--"
"""What would run, fetch, or swallow the rest of the page."""
INVISIBLE = "\x00 \u202e \u2028 \ufeff"
REFUSAL = "I'm sorry, but I can't help with converting this code."
SEED_OF_EVIL = f"<b>0</b>{EVIL}"


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


def source_id(number: int) -> str:
    return SEED_OF_EVIL if number == 0 else f"task/{number}"


def javascript(number: int) -> str:
    return f"function add{number}(x) {{\n  // {EVIL} {INVISIBLE[2:]}\n  return x + {number};\n}}"


def jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def evaluation(folder: Path) -> None:
    """Write results of an encoder with two exits and of one that has no costs, as ``evaluate`` does."""
    ranks = {"mose:tiny": {4: ("python", "go"), 9: ("python",)}, f"bm25 {EVIL}": {0: ("python",)}}
    for (name, exits), place in zip(ranks.items(), ("mose", "bm25"), strict=True):
        rows = [
            {"encoder": name, "exit": exit_, "task": "code2code", "variant": "stripped", "query_language": language}
            | {
                "corpus_language": "java",
                "query_id": f"q{n}",
                "problem_id": f"p{n}",
                "ranks": [1 if exit_ == 9 else n + 1],
                "documents": 9,
            }
            for exit_, languages in exits.items()
            for language in languages
            for n in range(3)
        ]
        write_ranks(folder / place, [pa.Table.from_pylist(rows, RANKS)])
        scored = {"dataset": EVIL, "dataset_digest": "1", "split": "test", "variants": ("stripped",), "settings": {}}
        known = {"fingerprint": name, "encoder": name, "model": "local/x", "identity": name, "exits": tuple(exits)}
        write_facts(folder / place, Facts(**known, **scored, versions={}, speed={}))
    costs = "encoder,exit,tokens,parameters,flops_per_token,latency_s,texts_per_s,batch_texts\n"
    costs += "mose:tiny,4,512,1000,2e6,0.01,99,8\nmose:tiny,9,512,2000,5e6,0.02,50,8\n"
    (folder / "mose" / "costs.csv").write_text(costs)


def hostile_run(folder: Path) -> Path:
    """Make a run of hostile rows from seeds to its report, and return it."""
    seeds = [
        {
            "source_id": source_id(n),
            "text": f"Add {n} to x. {EVIL if n == 0 else ''}",
            "code": f"def add{n}(x):\n    return {n} + x",
        }
        for n in range(8)
    ]
    go = [f"Sorry: {EVIL} {INVISIBLE}", REFUSAL]
    go += [f"func Add{n}(x int) int {{\n\treturn x + {n}\n}}" for n in range(2, 8)]
    recording = [
        {"source_id": source_id(n), "target_language": language, "text": text}
        for n in range(8)
        for language, text in (("javascript", f"```javascript\n{javascript(n)}\n```"), ("go", go[n]))
    ]
    run = folder / "run"
    table = jsonl(folder / "seeds.jsonl", seeds)
    recorded = jsonl(folder / "recording.jsonl", recording)
    assert synthcode("seeds", run, "--from", "table", "--path", table, "--language", "python") == 0
    translate = ("translate", run, "--backend", "replay", "--recording", recorded, "--targets", "javascript,go")
    assert synthcode(*translate, "--model", f"model {EVIL}") == 0
    for stage in ("check", "dedup", "build"):
        assert synthcode(stage, run) == 0
    evaluation(run / "evaluation")
    assert synthcode("report", run) == 0
    return run
