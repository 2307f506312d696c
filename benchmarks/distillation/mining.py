"""Documented functions of the standard library and of installed packages, each package a repository."""

from __future__ import annotations

import shutil
import sys
import sysconfig
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa

from synthcode.dataset.variants import make_variants
from synthcode.pipelines.main import run_cli
from synthcode.schemas.tables import DATASET_PROGRAMS, TEXTS, TRIPLETS
from synthcode.storage.layout import RunFolder
from synthcode.storage.published import find_dataset
from tests.support.datasets.small_dataset import write_split

FILES_OF_A_PACKAGE = 300
LARGEST_FILE = 1_000_000
SPLIT = "train"


def mined_run(folder: Path, packages: int) -> Path:
    """Mine functions into the seeds of a run; return its folder."""
    run = folder / "run"
    if RunFolder(run).is_run:
        return run
    trees = folder / "trees"
    for package in islice(_packages(), packages):
        _copy(package, trees / package.name)
    arguments = ["seeds", str(run), "--from", "source-tree", "--path", str(trees), "--language", "python"]
    if run_cli(arguments):
        sys.exit(1)
    shutil.rmtree(trees)
    return run


def _packages() -> Iterator[Path]:
    """Yield the packages of the standard library, then the installed ones that have most files first."""
    library = Path(sysconfig.get_path("stdlib"))
    yield from sorted(folder for folder in library.iterdir() if (folder / "__init__.py").is_file())
    installed = {
        path for entry in sys.path if entry.endswith("site-packages") for path in Path(entry).glob("*/__init__.py")
    }
    sizes = {file.parent: sum(1 for _ in file.parent.rglob("*.py")) for file in installed}
    yield from sorted(sizes, key=lambda package: (-sizes[package], package.name))


def _copy(package: Path, tree: Path) -> None:
    """Copy some sources of a package; the empty folder .git makes the copy a checkout."""
    if tree.exists():
        return
    (tree / ".git").mkdir(parents=True)
    sources = (path for path in sorted(package.rglob("*.py")) if path.stat().st_size < LARGEST_FILE)
    for source in islice(sources, FILES_OF_A_PACKAGE):
        target = tree / source.relative_to(package)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def with_mined(dataset: Path, run: Path, folder: Path) -> Path:
    """Return a copy of a dataset whose train split holds the mined functions, too: texts with their programs."""
    if (folder / "done").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    published = find_dataset(dataset)
    shutil.copytree(published.folder / "data", folder / "data")
    seeds = pa.concat_tables(RunFolder(run).rows(RunFolder(run).seeds))
    for config, schema, rows in (
        ("programs", DATASET_PROGRAMS, _programs(seeds)),
        ("texts", TEXTS, seeds.select(["seed_id", "text"]).to_pylist()),
        ("triplets", TRIPLETS, _groups(seeds)),
    ):
        known = list(published.batches(config, SPLIT, schema.names))
        for file in (folder / "data" / config).glob(f"{SPLIT}-*"):
            file.unlink()
        write_split(folder, config, SPLIT, pa.concat_tables([*known, pa.Table.from_pylist(rows, schema)]))
    (folder / "done").touch()
    return folder


def _programs(seeds: pa.Table) -> list[dict[str, object]]:
    batch = seeds.select(["seed_id", "language", "code", "entry_point"])
    rows = make_variants(batch).to_pylist()
    for row in rows:
        program = f"{row['seed_id']}-mined"
        row.update(program_id=program, document_id=program, origin="seed")
        del row["entry_point"]
    return rows


def _groups(seeds: pa.Table) -> list[dict[str, object]]:
    """Return a split group for each function: training reads nothing else of these rows."""
    required = {field.name: "" for field in TRIPLETS if not field.nullable}
    names = zip(seeds["seed_id"].to_pylist(), seeds["repository"].to_pylist(), strict=True)
    return [required | {"seed_id": seed, "cluster_id": seed, "repository_name": name} for seed, name in names]
