"""How often the syntax gate errs, against the verdicts of real toolchains, and how fast it is.

    python benchmarks/syntax_accuracy.py [FILE] [--passes 5] [--show]

FILE holds JSON lines (gzip or not) with ``language``, ``text`` and ``valid``. Prints a row a language: valid and
invalid texts, false rejects, false accepts. Then texts a second: of a bare loop that parses and asks the tree for an
error, of the gate on one core and on two, best of several passes over the same texts.
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import tree_sitter

from synthcode.gate.syntax.diagnosis import diagnose
from synthcode.languages import get_language
from synthcode.languages.parsing import grammar

WORKERS = 2

Texts = Sequence[tuple[str, str]]
"""Languages and texts."""

_texts: list[tuple[str, str]] = []
"""The texts of a worker: they are sent once, before the clock runs."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--passes", type=int, default=5, help="over all texts; the best counts")
    parser.add_argument("--show", action="store_true", help="print every text that is judged wrongly")
    options = parser.parse_args()
    opened = gzip.open if options.file.suffix == ".gz" else open
    with opened(options.file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    print_accuracy(rows, show=options.show)
    print_speed([(row["language"], row["text"]) for row in rows], options.passes)


def print_accuracy(rows: list[dict[str, Any]], *, show: bool) -> None:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        rejection = diagnose(row["text"], get_language(row["language"]))
        kind = "valid" if row["valid"] else "invalid"
        wrong = (rejection is None) != row["valid"]
        for name in (row["language"], "all"):
            counts[name][kind] += 1
            counts[name][f"wrong {kind}"] += wrong
        if wrong and show:
            print(f"--- {row['language']} {row.get('kind', '')} {kind}: {rejection}\n{row['text']}")
    print(f"{'':<12}{'valid':>8}{'invalid':>9}{'false rejects':>16}{'false accepts':>16}")
    for name in [*sorted(set(counts) - {"all"}), "all"]:
        row = counts[name]
        shares = [(row[f"wrong {kind}"], row[kind]) for kind in ("valid", "invalid")]
        cells = [f"{wrong} ({wrong / max(1, total):.2%})" for wrong, total in shares]
        print(f"{name:<12}{row['valid']:>8,}{row['invalid']:>9,}{cells[0]:>16}{cells[1]:>16}")


def print_speed(texts: Texts, passes: int) -> None:
    parsers = {name: tree_sitter.Parser(grammar(get_language(name))) for name in {name for name, _ in texts}}
    bare = best(passes, lambda: [parsers[name].parse(text.encode()).root_node.has_error for name, text in texts])
    one = best(passes, lambda: judge(texts))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, context, initializer=hold, initargs=(texts,)) as pool:
        two = best(passes + 1, lambda: list(pool.map(judge_share, range(WORKERS))))
    print(f"\n{'':<24}{'texts/s':>10}  {'ratio':>6}")
    print(f"{'parse and has_error':<24}{len(texts) / bare:>10,.0f}")
    print(f"{'diagnose':<24}{len(texts) / one:>10,.0f}  {bare / one:>6.2f} of the bare loop")
    print(f"{f'diagnose, {WORKERS} workers':<24}{len(texts) / two:>10,.0f}  {one / two:>6.2f} of one worker")


def best(passes: int, run: Callable[[], object]) -> float:
    """Return the seconds of the fastest pass."""
    seconds = []
    for _ in range(passes):
        started = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def judge(texts: Texts) -> None:
    for name, text in texts:
        diagnose(text, get_language(name))


def hold(texts: Texts) -> None:
    _texts.extend(texts)


def judge_share(worker: int) -> None:
    judge(_texts[worker::WORKERS])


if __name__ == "__main__":
    main()
