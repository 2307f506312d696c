"""How often the syntax gate errs, against the verdicts of real toolchains.

    python tests/benchmark/syntax_accuracy.py [FILE]

FILE holds JSON lines (gzip or not) with ``language``, ``text`` and ``valid``. Prints a row a language: valid and
invalid texts, false rejects, false accepts.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import Counter, defaultdict
from pathlib import Path

from synthcode.languages import get_language
from synthcode.stages.syntax import diagnose

DEFAULT = Path(__file__).resolve().parents[3] / "shared" / "data" / "syntax" / "verdicts.jsonl.gz"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--show", action="store_true", help="print every text that is judged wrongly")
    options = parser.parse_args()
    opened = gzip.open if options.file.suffix == ".gz" else open
    with opened(options.file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    started = time.perf_counter()
    for row in rows:
        accepted = diagnose(row["text"], get_language(row["language"])) is None
        kind = "valid" if row["valid"] else "invalid"
        wrong = accepted != row["valid"]
        for name in (row["language"], "all"):
            counts[name][kind] += 1
            counts[name][f"wrong {kind}"] += wrong
        if wrong and options.show:
            print(f"--- {row['language']} {row['kind']} {kind}\n{row['text']}")
    seconds = time.perf_counter() - started
    print(f"{'':<12}{'valid':>8}{'invalid':>9}{'false rejects':>16}{'false accepts':>16}")
    for name in [*sorted(set(counts) - {"all"}), "all"]:
        row = counts[name]
        shares = [(row[f"wrong {kind}"], row[kind]) for kind in ("valid", "invalid")]
        cells = [f"{wrong} ({wrong / max(1, total):.2%})" for wrong, total in shares]
        print(f"{name:<12}{row['valid']:>8,}{row['invalid']:>9,}{cells[0]:>16}{cells[1]:>16}")
    print(f"{len(rows):,} texts in {seconds:.2f} s")


if __name__ == "__main__":
    main()
