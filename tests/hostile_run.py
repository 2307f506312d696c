"""A run whose seeds, answers and encoders are hostile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipelines.main import run_cli

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
    header = "encoder,exit,task,variant,query_language,corpus_language,metric,value,lo,hi,n\n"
    cells = {
        "mose": [("mose:tiny", 4, "python", 0.6), ("mose:tiny", 4, "go", 0.8), ("mose:tiny", 9, "python", 0.9)],
        "bm25": [(f'"bm25 {EVIL}"', 0, "python", 0.5)],
    }
    for name, rows in cells.items():
        lines = [
            f"{encoder},{exit},code2code,stripped,{lang},java,MRR@10,{v},0,1,9\n" for encoder, exit, lang, v in rows
        ]
        (folder / name).mkdir(parents=True)
        (folder / name / "metrics.csv").write_text(header + "".join(lines))
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
