"""Ray against this machine's own processes: the gate, near-duplicates, and batches with no work in them.

    python benchmarks/ray_overhead.py [--texts 200000] [--programs 1000000] [--batches 5000] [--nodes 2] [--rounds 1]

Programs are the documented functions of this interpreter's libraries, renamed in copies as in ``dedup.py``. The gate
reads each as an answer to a request for Python. The cluster is a head without processors and nodes of one processor
each, all on this machine. Each measurement is a process of its own, which starts its executor first: workers are
warm when the clock starts. Printed are seconds of wall clock, the peak memory of the process that drives the work, the
bytes that passed the loopback interface, and the medians of the rounds' ratios. Each node keeps its objects to itself,
so that what would travel between machines, with all that Ray says about it, passes this interface. Processors and
connections that do other work meanwhile spoil the figures. A run looks for near-duplicates on nodes only if these have
more processors than its machine; both ways are measured.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from functools import partial
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from program_corpus import ROWS_AT_ONCE, corpus  # noqa: E402

from synthcode.dedup.config import DedupConfig  # noqa: E402
from synthcode.dedup.duplicates import cluster_programs  # noqa: E402
from synthcode.execution.distribution import elsewhere, elsewhere_if_faster  # noqa: E402
from synthcode.execution.executor import Executor, PoisonPolicy  # noqa: E402
from synthcode.execution.registry import ExecutorConfig, open_executor  # noqa: E402
from synthcode.execution.threads import Apply  # noqa: E402
from synthcode.gate.config import CheckConfig  # noqa: E402
from synthcode.gate.gate import check, reject_all  # noqa: E402
from synthcode.pipelines.steps.check.judging import BATCH_ROWS, halve_table  # noqa: E402
from synthcode.schemas.tables import CHECK_INPUT  # noqa: E402
from synthcode.storage.large_tables.spill import SpillStore  # noqa: E402
from synthcode.storage.shards import read_batches  # noqa: E402
from tests.support.machines.ray_nodes import ray_nodes  # noqa: E402

EXECUTORS = ("processes", "ray")
STORE_BYTES = 2 << 30
"""Less than ``ray start`` takes. In Ray's 150 MiB for tests, what is done is freed later than it fills up."""
SOURCE = "function other(text) {\n  return text.split('').reverse().join('');\n}\n"


def answers(programs: Path) -> Iterator[pa.Table]:
    """Yield the input of the gate: each program is the answer to a request of its own."""
    numbers = itertools.count()
    for table in read_batches([programs], rows=BATCH_ROWS):
        rows = [
            {
                "request_id": f"{number:032x}",
                "seed_id": f"{number:032x}",
                "target_language": "python",
                "source_language": "javascript",
                "source_code": SOURCE,
                "text": f"```python\n{code}\n```",
                "finish_reason": "stop",
            }
            for number, code in zip(numbers, table["code"].to_pylist(), strict=False)
        ]
        filled = [{field.name: row.get(field.name, _default(field)) for field in CHECK_INPUT} for row in rows]
        yield pa.Table.from_pylist(filled, CHECK_INPUT)


def _default(field: pa.Field) -> object:
    if field.nullable:
        return None
    return 0 if pa.types.is_integer(field.type) else ""


def judge(executor: Executor, programs: Path, _scratch: Path) -> int:
    """Judge all answers; return how many are accepted."""
    survival = PoisonPolicy(
        bisect=halve_table, on_lost_row=lambda batch, reason: reject_all(batch, reason, "the parser died on it")
    )
    judged = executor.map(partial(check, config=CheckConfig()), answers(programs), survival)
    return sum(kept.num_rows for kept, _ in judged)


def deduplicate(executor: Executor, programs: Path, scratch: Path) -> int:
    """Look for near-duplicates as a run does; return how many are removed."""
    return _deduplicate(executor, programs, scratch, elsewhere_if_faster(executor))


def deduplicate_on_nodes(executor: Executor, programs: Path, scratch: Path) -> int:
    """Look for near-duplicates on the nodes, however few they are; return how many are removed."""
    return _deduplicate(executor, programs, scratch, elsewhere(executor))


def _deduplicate(executor: Executor, programs: Path, scratch: Path, apply_elsewhere: Apply | None) -> int:
    with SpillStore(scratch) as spilled:
        batches = read_batches([programs], rows=ROWS_AT_ONCE)
        found = cluster_programs(batches, DedupConfig(), spilled, executor.map_shared, apply_elsewhere)
    return len(found.dropped)


def schedule(executor: Executor, programs: Path, _scratch: Path) -> int:
    """Send one number a batch to workers that return it: what is left is the cost of a batch."""
    batches = range(pq.ParquetFile(programs).metadata.num_rows)
    never = PoisonPolicy[int, int](bisect=lambda batch: [batch], on_lost_row=lambda batch, _: batch)
    return sum(1 for _ in executor.map(abs, batches, never))


WORK: dict[str, Callable[[Executor, Path, Path], int]] = {
    "gate": judge,
    "near-duplicates": deduplicate,
    "near-duplicates on nodes": deduplicate_on_nodes,
    "batches": schedule,
}


def on_loopback() -> int:
    """Return the bytes that this machine has sent to itself since it was started."""
    return psutil.net_io_counters(pernic=True)["lo"].bytes_sent


def measure(work: str, name: str, programs: Path, nodes: int) -> dict[str, float]:
    """Do the work in this process and what its executor starts."""
    warm = programs.with_name("warm.parquet")
    cluster = ray_nodes(nodes, STORE_BYTES) if name == "ray" else nullcontext()
    with cluster as running, tempfile.TemporaryDirectory(dir=programs.parent) as scratch:
        config = ExecutorConfig(f"ray:{running.address}" if running else name, nodes)
        with closing(open_executor(config)) as executor:
            WORK[work](executor, warm, Path(scratch))
            sent, started = on_loopback(), time.perf_counter()
            counted = WORK[work](executor, programs, Path(scratch))
            seconds, sent = time.perf_counter() - started, on_loopback() - sent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"count": counted, "seconds": seconds, "peak": peak, "sent": sent}


def in_a_process(work: str, name: str, programs: Path, nodes: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--work", work, "--executor", name, "--path", str(programs)]
    done = subprocess.run([*command, "--nodes", str(nodes)], check=True, text=True, stdout=subprocess.PIPE)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(work: str, programs: Path, nodes: int, rounds: int) -> None:
    """Print the seconds of both executors, and the median of the rounds' ratios."""
    ratios = []
    rows = pq.ParquetFile(programs).metadata.num_rows
    for number in range(rounds):
        found = {name: in_a_process(work, name, programs, nodes) for name in EXECUTORS[:: -1 if number % 2 else 1]}
        if len({result["count"] for result in found.values()}) > 1:
            sys.exit(f"{work}: the results differ: {found}")
        ratios.append(found["ray"]["seconds"] / found["processes"]["seconds"])
        for name in EXECUTORS:
            result = found[name]
            each = f"{1e6 * result['seconds'] / rows:.0f} µs and {result['sent'] / rows:,.0f} bytes on loopback each"
            peak = f"peak {result['peak'] / 1e9:.2f} GB of the driver"
            print(f"  {name:10} {result['seconds']:8.1f} s  {each}, {peak}", flush=True)
    print(f"{work}, {rows:,}: Ray takes {statistics.median(ratios):.2f} times as long as processes", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=200_000, help="for the gate; 0 leaves it out")
    parser.add_argument("--programs", type=int, default=1_000_000, help="for near-duplicates; 0 leaves them out")
    parser.add_argument("--batches", type=int, default=5_000, help="without work in them; 0 leaves them out")
    parser.add_argument("--nodes", type=int, default=2, help="and workers of processes")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the programs are kept for the next time; default: nowhere")
    parser.add_argument("--work", choices=WORK, help=argparse.SUPPRESS)
    parser.add_argument("--executor", choices=EXECUTORS, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        print(json.dumps(measure(asked.work, asked.executor, asked.path, asked.nodes)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        corpus(folder, 1_000).replace(folder / "warm.parquet")
        counts = {"gate": asked.texts, "batches": asked.batches}
        for work in WORK:
            if count := counts.get(work, asked.programs):
                compare(work, corpus(folder, count), asked.nodes, asked.rounds)


if __name__ == "__main__":
    main()
