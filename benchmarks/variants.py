"""Programs a second through stripping, detaching and anonymising, on one core, and what they do to validity.

    python benchmarks/variants.py [--data mxeval/data/mbxp]

Takes every program of the MBXP releases; the best of three rounds, in processor time.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "property")]

from test_variant_properties import MISSING_END, RELEASES, is_valid  # noqa: E402

from synthcode.comments import detach_documentation, strip  # noqa: E402
from synthcode.dataset.variants import make_variants  # noqa: E402
from synthcode.languages import LANGUAGES  # noqa: E402
from tests.support.loopback.recorded_programs import MBXP  # noqa: E402


def per_second(work: Callable[[], object], programs: int) -> int:
    seconds = []
    for _ in range(3):
        started = time.process_time()
        work()
        seconds.append(time.process_time() - started)
    return round(programs / min(seconds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=MBXP, help="a folder with releases of MBXP")
    folder = parser.parse_args().data
    print(f"{'language':12}{'programs':>9}{'valid':>7}{'broken':>7}{'strip/s':>9}{'detach/s':>9}{'variants/s':>11}")
    for prefix, name in sorted(RELEASES.items(), key=lambda item: item[1]):
        (file,) = folder.glob(f"{prefix}_release_*")
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        language = LANGUAGES[name]
        end = MISSING_END.get(name, "")
        codes = [row["prompt"] + (row["canonical_solution"] or "") + end for row in rows]
        columns = {"language": [name] * len(rows), "code": codes, "entry_point": [row["entry_point"] for row in rows]}
        batch = pa.table(columns)
        variants = make_variants(batch)
        valid, broken = 0, 0
        for code, stripped, anonymous in zip(
            codes, *(column.to_pylist() for column in variants.columns[-2:]), strict=True
        ):
            if is_valid(code, language):
                valid += 1
                detached = detach_documentation(code, language)[0]
                broken += not all(is_valid(variant, language) for variant in (stripped, anonymous, detached))
        speeds = [
            per_second(lambda: [strip(code, language) for code in codes], len(codes)),  # noqa: B023
            per_second(lambda: [detach_documentation(code, language) for code in codes], len(codes)),  # noqa: B023
            per_second(lambda: make_variants(batch), len(codes)),  # noqa: B023
        ]
        print(f"{name:12}{len(codes):9}{valid:7}{broken:7}{speeds[0]:9}{speeds[1]:9}{speeds[2]:11}")


if __name__ == "__main__":
    main()
