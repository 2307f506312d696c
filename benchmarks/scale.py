"""A run of so many pairs through the whole chain on this machine: time and memory of every stage.

    python benchmarks/scale.py [--pairs 20000] [--cache .cache/mined] [--keep FOLDER] [--stages seeds,build]
    python benchmarks/scale.py --pairs 20000,100000 --model 1070000

Seeds are the documented functions of Python's library; a recording answers each in five languages with a function of a
real library (Debian's source packages, fetched once into ``--cache``). Where more are needed than there are, they are
made from these by giving every name another one in each copy, so that a copy is not a duplicate of another. Every
stage is its command in a process of its own. Printed are wall clock, processor seconds of the command and all
processes that it starts, pairs per processor second, the peak memory of the largest of these processes
(``ru_maxrss``), and of all of them together (shared memory counted once; sampled, so that a short peak may be missed).
``--keep`` keeps inputs and run, and uses inputs that are there, so that two checkouts can be compared:

    python benchmarks/scale.py --keep /tmp/a --command ../other/.venv/bin/synthcode

With two numbers of pairs and ``--model``, what a larger run takes is estimated, on one machine and on several: see
``node_model.py``.
"""

from __future__ import annotations

import argparse
import ast
import ctypes
import gzip
import hashlib
import itertools
import json
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from mined.cutting import functions
from mined.sources import fetch, files
from node_model import per_pair, table

TARGETS = ("java", "javascript", "php", "ruby", "go")
MOST_FUNCTIONS = 20_000
"""Of each language, before they are copied."""
SHORTEST, LONGEST = 60, 4_000
AROUND = {"php": ("<?php\n\nclass Example\n{\n", "\n}"), "go": ("package main\n\n", "")}
"""What makes a function a program, as models write them: most of PHP's are methods."""
KEPT = (
    "abstract|alias|and|any|array|as|assert|async|await|begin|bool|boolean|break|byte|callable|case|catch|chan|char|"
    "class|clone|const|continue|declare|def|default|defer|defined|del|delete|die|do|double|echo|elif|else|elseif|elsif|"
    "empty|end|enddeclare|endfor|endforeach|endif|endswitch|endwhile|ensure|enum|eval|except|exit|export|extends|"
    "fallthrough|false|final|finally|float|fn|for|foreach|from|func|function|get|global|go|goto|if|implements|import|in|"
    "include|include_once|instanceof|insteadof|int|interface|is|isset|iterable|lambda|let|list|long|make|map|match|mixed|"
    "module|native|new|next|nil|none|nonlocal|not|null|object|of|or|package|panic|parent|pass|permits|php|print|private|"
    "protected|public|raise|range|readonly|record|redo|require|require_once|rescue|retry|return|sealed|select|self|set|"
    "short|sizeof|static|strictfp|string|struct|super|switch|synchronized|then|this|throw|throws|trait|transient|true|"
    "try|type|typeof|undef|undefined|unless|unset|until|use|using|var|void|volatile|when|while|with|xor|yield|"
    "BEGIN|END|False|None|True"
)
"""Words of the languages, not names: copies are to parse as often as what they are copies of."""
NAME = re.compile(rf"(?<![\\/\w%])(?!(?:{KEPT})\b)[A-Za-z]\w+\b(?!['\"])")
"""Every other word, also in texts; not an escape, nor what stands before a quote or after a slash, as flags do."""
SHORTEST_NAME = 4
"""Characters: of shorter names, copies would have the same too often, and be alike."""
STAGES = ("seeds", "translate", "check", "dedup", "build", "report")
SAMPLE_S = 0.5
PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Spent:
    """What a command used, together with every process that it started."""

    wall_s: float
    processor_s: float
    largest: int
    """Bytes of the process that used most."""
    together: int
    """Bytes of all processes at one time."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=numbers, default=[20_000], help="one number, or several after commas")
    parser.add_argument("--cache", type=Path, default=Path(".cache/mined"), help="folder for the packages")
    parser.add_argument("--keep", type=Path, help="folder for inputs and run")
    parser.add_argument("--stages", type=lambda text: text.split(","), default=list(STAGES))
    parser.add_argument("--command", default=str(Path(sys.executable).with_name("synthcode")))
    parser.add_argument("--model", type=int, metavar="PAIRS", help="estimate a run of so many from the two of --pairs")
    options = parser.parse_args()
    if options.model and (len(options.pairs) != 2 or set(options.stages) < set(STAGES)):
        parser.error("--model needs two numbers of pairs, and all stages")
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with nullcontext(options.keep) if options.keep else tempfile.TemporaryDirectory() as folder:
        measured = {pairs: measure_stages(pairs, Path(folder), options) for pairs in options.pairs}
    if options.model:
        print("\n".join(["", *estimates(measured, options.model)]))


def numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def measure_stages(pairs: int, folder: Path, options: argparse.Namespace) -> dict[str, Spent]:
    inputs, run = folder / f"inputs-{pairs}", folder / f"run-{pairs}"
    if not inputs.is_dir():
        make_inputs(inputs, pairs, options.cache)
    print(f"\n{pairs:,} pairs\n")
    print("| stage     | wall | processor | pairs/s | largest process | all processes |")
    print("|:----------|-----:|----------:|--------:|----------------:|--------------:|", flush=True)
    measured = {}
    for stage in options.stages:
        measured[stage] = measure(command(options.command, stage, run, inputs))
        print(row(stage, pairs, measured[stage]), flush=True)
    return measured


def estimates(measured: dict[int, dict[str, Spent]], pairs: int) -> Iterator[str]:
    """Yield a table of what each stage of a larger run takes, and one of times by number of machines."""
    (few, small), (many, large) = sorted(measured.items())
    costs = per_pair(processor_seconds(small), processor_seconds(large), (few, many))
    yield f"| stage, {pairs:,} pairs | processor | largest process |"
    yield "|:--|--:|--:|"
    for stage, cost in costs.items():
        growth = (large[stage].largest - small[stage].largest) / (many - few)
        memory = large[stage].largest + growth * (pairs - many)
        seconds = large[stage].processor_s + cost * (pairs - many)
        yield f"| {stage} | {seconds:,.0f} s | {memory / 1e6:,.0f} MB |"
    yield ""
    yield from table(costs, pairs, os.cpu_count() or 1)


def processor_seconds(measured: dict[str, Spent]) -> dict[str, float]:
    return {stage: spent.processor_s for stage, spent in measured.items()}


def row(stage: str, pairs: int, spent: Spent) -> str:
    rate, largest, together = pairs / spent.processor_s, spent.largest / 1e6, spent.together / 1e6
    times = f"{spent.wall_s:>4,.0f} | {spent.processor_s:>9,.1f} | {rate:>7,.0f}"
    return f"| {stage:<9} | {times} | {largest:>12,.0f} MB | {together:>10,.0f} MB |"


def command(program: str, stage: str, run: Path, inputs: Path) -> list[str]:
    seeds = ["--from", "table", "--path", str(inputs / "seeds.jsonl"), "--language", "python"]
    replay = ["--backend", "replay", "--recording", str(inputs / "answers.jsonl.gz"), "--targets", ",".join(TARGETS)]
    options = {"seeds": seeds, "translate": replay}
    return [program, stage, str(run), *options.get(stage, ["--force"] if stage != "report" else [])]


def measure(arguments: list[str]) -> Spent:
    """Run a command, and wait for every process that it leaves, such as a fork server."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(arguments, stdout=output, stderr=output)
        with MemorySampler() as sampler:
            processor_s, largest, status = reap(process.pid)
        process.returncode = status
        if status:
            output.seek(0)
            sys.exit(f"{' '.join(arguments)}\n{output.read().decode(errors='replace')}")
    return Spent(time.monotonic() - started, processor_s, largest, sampler.peak)


def reap(command_pid: int) -> tuple[float, int, int]:
    """Return processor seconds of all children and their descendants, the largest one's bytes, the command's status."""
    processor_s, largest, command_status = 0.0, 0, 0
    while True:
        try:
            pid, status, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return processor_s, largest, command_status
        processor_s += usage.ru_utime + usage.ru_stime
        largest = max(largest, usage.ru_maxrss * 1024)
        if pid == command_pid:
            command_status = os.waitstatus_to_exitcode(status)


class MemorySampler:
    """Looks now and then at the memory of all descendants of this process; pages that they share count once."""

    def __init__(self) -> None:
        self.peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> MemorySampler:
        self._thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(SAMPLE_S):
            total = 0
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.Error):
                    total += process.memory_full_info().pss
            self.peak = max(self.peak, total)


def make_inputs(folder: Path, pairs: int, cache: Path) -> None:
    """Write seeds, and a recording that answers them, in another process: a child's peak counts what its parent had."""
    process = multiprocessing.get_context("fork").Process(target=write_inputs, args=(folder, pairs, cache))
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(process.exitcode)


def write_inputs(folder: Path, pairs: int, cache: Path) -> None:
    programs = {language: mine(language, cache) for language in ("python", *TARGETS)}
    count = -(-pairs // len(TARGETS))
    folder.mkdir(parents=True)
    grown = {language: renamed_copies(found) for language, found in programs.items()}
    with open(folder / "seeds.jsonl", "w") as seeds, gzip.open(folder / "answers.jsonl.gz", "wt", 1) as answers:
        for number, code in enumerate(itertools.islice(grown["python"], count)):
            name = f"function-{number}"
            seed = {"source_id": name, "text": f"{documentation(code)} ({number})", "code": code}
            seeds.write(json.dumps(seed) + "\n")
            for language in TARGETS:
                before, after = AROUND.get(language, ("", ""))
                program = before + next(grown[language]).rstrip() + after
                answer = f"Here is the program:\n\n```{language}\n{program}\n```\n"
                row = {"source_id": name, "target_language": language, "text": answer, "finish_reason": "stop"}
                answers.write(json.dumps(row) + "\n")


def mine(language: str, cache: Path) -> list[str]:
    """Return distinct functions of real libraries; Python's have a docstring, which becomes the text."""
    found: dict[str, None] = {}
    for text in files(language, fetch(language, cache)):
        for function in functions(language, text):
            is_answer = SHORTEST <= len(function) <= LONGEST and "```" not in function and "\0" not in function
            if is_answer and (language != "python" or documentation(function)):
                found[function] = None
        if len(found) >= MOST_FUNCTIONS:
            break
    return list(found)[:MOST_FUNCTIONS]


def documentation(function: str) -> str:
    """Return the first paragraph of the docstring of a function of Python; empty if it has none."""
    try:
        node = ast.parse(function).body[0]
    except SyntaxError:
        return ""
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    return (ast.get_docstring(node) or "").partition("\n\n")[0]


def renamed_copies(programs: list[str]) -> Iterator[str]:
    """Yield programs without end: those that there are, then copies with other names in each."""
    for copy in itertools.count():

        def rename(match: re.Match[str], copy: int = copy) -> str:
            word = match.group()
            drawn = hashlib.md5(f"{word}{copy}".encode()).hexdigest()
            return f"{word[0]}{drawn[: max(SHORTEST_NAME, len(word)) - 1]}"

        for code in programs:
            yield NAME.sub(rename, code) if copy else code


if __name__ == "__main__":
    main()
