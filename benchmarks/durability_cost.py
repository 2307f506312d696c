"""What the guarantees cost: one run, seeds to dataset, by two checkouts in turn, in processor seconds a stage.

    python benchmarks/durability_cost.py BASE CURRENT [--requests 200000] [--repeats 1] [--secret]

BASE and CURRENT are checkouts with a virtual environment in ``.venv``. Each makes the same run of tiny programs from
the same recording. Counted are the user and system seconds of the command and of every process that it starts, which
do not depend on what else the machine does; ``--secret`` puts a secret into the environment, as people have. Fails
if CURRENT takes more than 1.05 times the seconds of BASE in all.
"""

from __future__ import annotations

import argparse
import ctypes
import gzip
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ALLOWED = 1.05
PR_SET_CHILD_SUBREAPER = 36
ANSWERS = {
    "java": "class {Name} {{\n    static int {name}(int a, int b) {{\n        return {terms};\n    }}\n}}",
    "javascript": "function {name}(a, b) {{\n  return {terms};\n}}",
    "php": "<?php\nfunction {name}($a, $b) {{\n    return {dollars};\n}}",
    "ruby": "def {name}(a, b)\n  {terms}\nend",
    "go": "package main\n\nfunc {name}(a int, b int) int {{\n\treturn {terms}\n}}",
}
SYLLABLES = [first + second for first in "bdfgklmnprst" for second in "aeiou"]


def sources(count: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield a name, and the parts of a program that resembles no other one."""
    chance = random.Random(7)
    for index in range(count):
        name = "".join(chance.choices(SYLLABLES, k=4)) + str(index)
        operands = [*chance.choices(["a", "b"], k=6), *map(str, chance.sample(range(2, 10**6), 3))]
        chance.shuffle(operands)
        terms = operands[0] + "".join(f" {chance.choice('+-*')} {operand}" for operand in operands[1:])
        dollars = " ".join(f"${part}" if part in "ab" else part for part in terms.split())
        yield name, {"name": name, "Name": name.title(), "terms": terms, "dollars": dollars}


def write_inputs(folder: Path, requests: int) -> None:
    """Write seeds, and a recording that answers every request for their translations."""
    with open(folder / "seeds.jsonl", "w") as seeds, gzip.open(folder / "answers.jsonl.gz", "wt") as answers:
        for name, parts in sources(requests // len(ANSWERS)):
            code = "def {name}(a, b):\n    return {terms}\n".format(**parts)
            text = f"Return {parts['terms']} for the numbers a and b; call it {name}."
            seeds.write(json.dumps({"source_id": name, "text": text, "code": code}) + "\n")
            for language, template in ANSWERS.items():
                answer = f"Here is the program:\n\n```{language}\n{template.format(**parts)}\n```\n"
                row = {"source_id": name, "target_language": language, "text": answer, "finish_reason": "stop"}
                answers.write(json.dumps(row) + "\n")


def stages(run: Path, inputs: Path) -> dict[str, list[str]]:
    seeds = ["--from", "table", "--path", str(inputs / "seeds.jsonl"), "--language", "python"]
    replay = ["--backend", "replay", "--recording", str(inputs / "answers.jsonl.gz"), "--targets", ",".join(ANSWERS)]
    options = {"seeds": seeds, "translate": replay, "check": [], "dedup": [], "build": []}
    return {stage: [stage, str(run), *more] for stage, more in options.items()}


def processor_seconds(command: list[str], environment: dict[str, str], folder: Path) -> tuple[float, float]:
    """Run a command; return processor seconds of it and all of its descendants, and seconds of wall clock."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with tempfile.TemporaryFile() as output:
        status = subprocess.run(command, env=environment, cwd=folder, stdout=output, stderr=output).returncode
        if status:
            output.seek(0)
            sys.exit(f"{' '.join(command)}\n{output.read().decode(errors='replace')}")
    wall = time.monotonic() - started
    while True:  # processes that the command started and did not wait for: a fork server with its workers
        try:
            os.wait()
        except ChildProcessError:
            break
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path)
    parser.add_argument("current", type=Path)
    parser.add_argument("--requests", type=int, default=200_000)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--stages", default="seeds,translate,check,dedup,build")
    parser.add_argument("--secret", action="store_true")
    parser.add_argument("--scratch", type=Path, help="where the runs go")
    arguments = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    environment = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    if arguments.secret:
        environment |= {"OPENAI_API_KEY": "sk-" + "Zq7" * 12, "HF_TOKEN": "hf_" + "Yw4" * 11}
    checkouts = {"base": arguments.base.resolve(), "current": arguments.current.resolve()}
    spent: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as scratch:
        inputs = Path(scratch)
        write_inputs(inputs, arguments.requests)
        for repeat in range(arguments.repeats):
            for stage in arguments.stages.split(","):
                for name in sorted(checkouts, reverse=bool(repeat % 2)):
                    command = [str(checkouts[name] / ".venv/bin/synthcode"), *stages(inputs / name, inputs)[stage]]
                    spent[stage, name].append(processor_seconds(command, environment, inputs))
            for name in checkouts:
                shutil.rmtree(inputs / name)
    report(spent)


def report(spent: dict[tuple[str, str], list[tuple[float, float]]]) -> None:
    print(f"{'stage':10} {'base':>8} {'current':>8} {'ratio':>6}   wall: {'base':>7} {'current':>8}")
    total = {"base": 0.0, "current": 0.0}
    for stage in dict.fromkeys(stage for stage, _ in spent):
        (base, base_wall), (current, current_wall) = (min(spent[stage, name]) for name in ("base", "current"))
        total["base"] += base
        total["current"] += current
        ratio = current / base
        print(f"{stage:10} {base:8.1f} {current:8.1f} {ratio:6.3f}         {base_wall:7.1f} {current_wall:8.1f}")
    ratio = total["current"] / total["base"]
    print(f"{'all':10} {total['base']:8.1f} {total['current']:8.1f} {ratio:6.3f}")
    if ratio > ALLOWED:
        sys.exit(f"more than {ALLOWED} times the processor seconds of the base")


if __name__ == "__main__":
    main()
