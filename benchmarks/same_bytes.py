"""The quickstart and MBXP's replayed run on one machine, as shards, on Ray and under Slurm: the same bytes.

    python benchmarks/same_bytes.py --data mxeval/data/mbxp --recording runs/mbxp/server/completions [--ways shards,ray]

``benchmarks/mbxp_run.py`` makes the recording. The clusters are real ones on this machine: raylets of one processor
each, and a Slurm controller with one node. A way whose programs are missing is left out, and said. Printed are the
number of Parquet files that each way makes, whether all have the bytes of one machine, and seconds of wall clock.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from mbxp_run import TARGETS  # noqa: E402

from synthcode.markdown import markdown_table  # noqa: E402
from tests.support.machines.ray_nodes import ray_nodes  # noqa: E402
from tests.support.machines.slurm_cluster import missing_programs, slurm_cluster  # noqa: E402
from tests.support.runs.sharded_recipe import tables  # noqa: E402

SHARDS = 7
NODES = (1, 2, 4)
WAYS = ("shards", "ray", "slurm")


def synthcode(*arguments: str | Path, environment: dict[str, str] | None = None) -> None:
    """Run a command; what it says is shown only if it fails."""
    command = [sys.executable, "-m", "synthcode", *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")


def as_shards(recipe: str | Path, out: Path) -> None:
    """Make shards one after another, and merge them in an order drawn at random."""
    shards = [out.with_name(f"{out.name}.shard-{number}") for number in range(1, SHARDS + 1)]
    for number, shard in enumerate(shards, 1):
        synthcode("run", recipe, "--out", shard, "--shard", f"{number}/{SHARDS}", "--through", "check")
    random.Random(0).shuffle(shards)
    synthcode("merge", out, *shards)
    synthcode("run", recipe, "--out", out)


def on_ray(nodes: int) -> Callable[[str | Path, Path], None]:
    """Return what makes a run on so many nodes."""

    def make(recipe: str | Path, out: Path) -> None:
        with ray_nodes(nodes) as cluster:
            synthcode("run", recipe, "--out", out, "--executor", f"ray:{cluster.address}")

    return make


def under_slurm(recipe: str | Path, out: Path) -> None:
    """Submit an array of shards, and wait for the job that merges them."""
    folder = out.with_name(f"{out.name}.slurm")
    folder.mkdir()
    with slurm_cluster(folder) as cluster:
        environment = {**os.environ, **cluster.environment}
        synthcode("slurm", recipe, "--out", out, "--nodes", "2", "--shards", str(SHARDS), environment=environment)
        cluster.wait_until_idle(3600)


def ways_of(chosen: list[str]) -> Iterator[tuple[str, Callable[[str | Path, Path], None]]]:
    """Yield the ways that this machine has the programs for."""
    if "shards" in chosen:
        yield f"{SHARDS} shards, merged", as_shards
    if "ray" in chosen and find_spec("ray"):
        yield from ((f"Ray, {nodes} nodes", on_ray(nodes)) for nodes in NODES)
    if "slurm" in chosen and not missing_programs():
        yield f"Slurm, {SHARDS} shards", under_slurm
    for way, is_missing in {"ray": not find_spec("ray"), "slurm": bool(missing_programs())}.items():
        if way in chosen and is_missing:
            print(f"{way}: left out, its programs are not installed", file=sys.stderr)


@contextmanager
def timed(seconds: list[float]) -> Iterator[None]:
    started = time.monotonic()
    yield
    seconds.append(time.monotonic() - started)


def compare(name: str, recipe: str | Path, out: Path, chosen: list[str]) -> bool:
    """Print a table for one recipe; return whether all ways made the same."""
    seconds: list[float] = []
    one = out / "one"
    with timed(seconds):
        synthcode("run", recipe, "--out", one)
    expected = tables(one)
    rows = [["one machine", str(len(expected)), "", f"{seconds[-1]:.0f}"]]
    for number, (way, make) in enumerate(ways_of(chosen)):
        made = out / f"way-{number}"
        with timed(seconds):
            make(recipe, made)
        found = tables(made)
        rows.append([way, str(len(found)), "yes" if found == expected else "NO", f"{seconds[-1]:.0f}"])
    print(f"\n{name}\n\n{markdown_table(['way', 'Parquet files', 'the same bytes', 'seconds'], rows)}", flush=True)
    return all(row[2] != "NO" for row in rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="a folder with releases of MBXP")
    parser.add_argument("--recording", type=Path, required=True, help="completions of benchmarks/mbxp_run.py")
    parser.add_argument("--ways", type=lambda text: text.split(","), default=list(WAYS))
    parser.add_argument("--out", type=Path, default=ROOT / "runs" / "same_bytes")
    options = parser.parse_args()
    out = options.out.resolve()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    recipe = out / "recipe.yaml"
    recipe.write_text(
        f"seeds: {{adapter: mbxp, path: '{options.data.resolve()}'}}\n"
        f"translate: {{targets: [{TARGETS}]}}\n"
        f"backend: {{name: replay, recording: '{options.recording.resolve()}'}}\n"
    )
    same = [compare("the quickstart", "quickstart", out / "quickstart", options.ways)]
    same.append(compare("MBXP, replayed", recipe, out / "mbxp", options.ways))
    return 0 if all(same) else 1


if __name__ == "__main__":
    sys.exit(main())
