"""The report of MBXP's full run: how long it takes to build, and how large it is.

    python benchmarks/report.py [--data mxeval/data/mbxp] [--run runs/mbxp-report] [--rows 100000]

Makes the run first where it is not there yet: all of MBXP's Python seeds in eight languages.
"""

from __future__ import annotations

import argparse
import resource
from pathlib import Path

from mbxp_run import MBXP, ROOT, from_server, replay_server, synthcode

MB = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=MBXP, help="a folder with releases of MBXP")
    parser.add_argument("--run", type=Path, default=ROOT / "runs" / "mbxp-report")
    parser.add_argument("--rows", type=int, default=100_000)
    options = parser.parse_args()
    run = options.run.resolve()
    if not (run / "dataset").is_dir():
        with replay_server("--data", str(options.data.resolve())) as server:
            from_server(run, options.data.resolve(), server.base_url)
    seconds = synthcode("report", str(run), "--rows", str(options.rows))
    size = (run / "report.html").stat().st_size
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"report: {seconds:.1f} s, {size / MB:.2f} MB, {peak / 1_000:.0f} MB of memory at most in any command")


if __name__ == "__main__":
    main()
