"""All of MBXP's Python seeds in eight languages, from a model server to a dataset, and what must hold of it.

    python benchmarks/mbxp_run.py [--data mxeval/data/mbxp] [--out runs/mbxp]

Without ``--data``: the excerpt in tests/data. All of MBXP: github.com/amazon-science/mxeval at commit e09974f9.

Prints the funnel, the seconds of each stage, what the server saw in a first and a second run, and whether the
Parquet is the same to the byte from one worker, from four, and from the exported recording.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.loopback.recorded_programs import MBXP  # noqa: E402
from tests.support.services.servers import MODEL, replay_server  # noqa: E402

TARGETS = "java,javascript,php,ruby,cpp,csharp,kotlin,typescript"
COMPARED = ("seeds", "completions", "translations", "rejected", "dataset")


def synthcode(*arguments: str) -> float:
    """Run a command; return its seconds."""
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", "synthcode", *arguments], check=True, cwd=ROOT)
    return time.monotonic() - started


def parquet_digests(run: Path) -> dict[str, str]:
    files = [file for folder in COMPARED for file in sorted((run / folder).rglob("*.parquet"))]
    files.append(run / "clusters.parquet")
    return {file.relative_to(run).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def from_server(run: Path, data: Path, base_url: str) -> None:
    synthcode("seeds", str(run), "--from", "mbxp", "--path", str(data))
    synthcode("translate", str(run), "--base-url", base_url, "--model", MODEL, "--targets", TARGETS)
    for stage in ("check", "dedup", "build"):
        synthcode(stage, str(run))


def from_recording(run: Path, data: Path, recording: Path, workers: int) -> None:
    synthcode("seeds", str(run), "--from", "mbxp", "--path", str(data), "--workers", str(workers))
    arguments = ("--backend", "replay", "--recording", str(recording), "--targets", TARGETS)
    synthcode("translate", str(run), *arguments)
    for stage in ("check", "dedup", "build"):
        synthcode(stage, str(run))


def report_counts(run: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "synthcode", "status", str(run), "--json"], check=True, cwd=ROOT, capture_output=True
    )
    counts = json.loads(done.stdout)
    for row in (counts, *counts["by_language"].values()):
        assert row["requested"] == row["completed"] + row["failed"] + row["pending"]
        assert row["completed"] == row["accepted"] + sum(row["rejected"].values())
        left = ("exact_duplicates", "near_duplicates", "contaminated", "kept")
        assert row["accepted"] == sum(row[key] for key in left)
        assert row["kept"] == sum(row["splits"].values())
    print(f"counts reconcile: {json.dumps({k: v for k, v in counts.items() if k not in ('by_language', 'stages')})}")


def report_dataset(run: Path) -> None:
    from datasets import load_dataset

    for config in ("triplets", "programs", "texts", "qrels"):
        loaded = load_dataset(str(run / "dataset"), config, cache_dir=str(run / "cache"))
        print(f"load_dataset {config}: { ({split: len(rows) for split, rows in loaded.items()}) }")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=MBXP, help="a folder with releases of MBXP")
    parser.add_argument("--out", type=Path, default=ROOT / "runs" / "mbxp")
    options = parser.parse_args()
    data, out = options.data.resolve(), options.out.resolve()
    shutil.rmtree(out, ignore_errors=True)
    with replay_server("--data", str(data)) as server:
        started = time.monotonic()
        from_server(out / "server", data, server.base_url)
        print(f"from seeds to dataset: {time.monotonic() - started:.1f} s")
        first = server.stats()
        from_server(out / "server", data, server.base_url)
        second = server.stats()
    print(f"first run: {first['requests']} requests, {first['answered']} answered, statuses {first['statuses']}")
    print(f"second run: {second['requests'] - first['requests']} requests")
    report_counts(out / "server")
    report_dataset(out / "server")
    expected = parquet_digests(out / "server")
    for workers in (1, 4):
        run = out / f"replayed-{workers}"
        from_recording(run, data, out / "server" / "completions", workers)
        same = parquet_digests(run) == expected
        print(f"replayed with {workers} workers: {len(expected)} Parquet files, the same bytes: {same}")
        assert same


if __name__ == "__main__":
    main()
