"""Writing ``RUN/dataset``: one pass over what was kept, into one table for each configuration and split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.dataset.pairs import TRIPLET_COLUMNS, make_texts, make_triplets
from synthcode.dataset.retrieval import EQUALITY_KEYS, QrelsMaker, add_document_ids, equality_keys
from synthcode.dataset.variants import make_variants, without_variants
from synthcode.execution.executor import PoisonPolicy
from synthcode.pipelines.steps.check import BATCH_ROWS, halve_table
from synthcode.pipelines.tables.surviving_rows import NAMED_TRANSLATIONS, SurvivingRows
from synthcode.schemas.tables import DATASET_PROGRAMS
from synthcode.storage.joins import align_on_seed, beside
from synthcode.storage.published import CONFIGS
from synthcode.storage.shards import ShardWriter
from synthcode.vocabulary import SPLITS

if TYPE_CHECKING:
    from synthcode.pipelines.runs.run import Run

VARIANTS = pa.schema([field for field in DATASET_PROGRAMS if field.name not in ("document_id", "contaminated_by")])


class Assigned(NamedTuple):
    """What was decided about the kept rows before they are written."""

    splits: pa.Table
    """``seed_id``, ``cluster_id``, ``split``."""
    equal: Mapping[str, str]
    """Program -> the document that it shares with other programs."""
    hits: pa.Table
    """Contaminated programs (schema ``HITS``): those that are left are marked."""


def write_variants(run: Run, kept: SurvivingRows) -> pa.Table:
    """Write every kept program with its variants aside (schema ``VARIANTS``), and return their equality keys."""

    def batches() -> Iterator[pa.Table]:
        for rows in kept.programs():
            for start in range(0, rows.num_rows, BATCH_ROWS):
                yield rows.slice(start, BATCH_ROWS)

    keys = [EQUALITY_KEYS.empty_table()]
    survival = PoisonPolicy(bisect=halve_table, on_lost_row=lambda batch, _reason: without_variants(batch))
    with (
        ShardWriter(_programs_aside(run), VARIANTS) as shards,
        run.reporter.progress("build: code variants", None) as bar,
    ):
        for programs in run.executor.map(make_variants, batches(), survival):
            shards.write(programs)
            keys.append(equality_keys(programs).cast(EQUALITY_KEYS))
            bar.advance(programs.num_rows)
        shards.commit()
    return pa.concat_tables(keys)


def write_dataset(run: Run, kept: SurvivingRows, assigned: Assigned) -> tuple[list[Path], dict[str, Any]]:
    """Write every configuration and split; return the files and what they hold.

    Returns
    -------
    list of Path
        The shards.
    dict
        ``splits``: pairs in each split; ``by_language``: the same for each target language;
        ``rows``: rows of each configuration and split.
    """
    data = run.folder.dataset / "data"
    pairs: Counter[tuple[str, str]] = Counter()
    judges = {split: QrelsMaker(set(assigned.equal.values())) for split in SPLITS}
    with ExitStack() as stack:
        writers = {
            (config, split): stack.enter_context(ShardWriter(data / config, schema, split, numbered=True))
            for config, schema in CONFIGS.items()
            for split in SPLITS
        }
        for seeds, translations, programs in _aligned(run, kept, assigned):
            triplets = make_triplets(translations)
            tables = {"triplets": triplets, "programs": programs, "texts": make_texts(seeds)}
            origins = {"triplets": translations, "programs": programs, "texts": seeds}
            for split in SPLITS:
                for config, table in tables.items():
                    mine = pc.equal(origins[config].column("split"), split)
                    writers[config, split].write(table.filter(mine))
                mine = pc.equal(programs.column("split"), split)
                writers["qrels", split].write(judges[split].judge(programs.filter(mine)))
            pairs.update(
                zip(translations.column("split").to_pylist(), triplets.column("language2").to_pylist(), strict=True)
            )
        rows = {config: {split: writers[config, split].rows for split in SPLITS} for config in CONFIGS}
        files = [file for writer in writers.values() for file in writer.commit()]
    return files, {"splits": _by_split(pairs), "by_language": _by_language(pairs), "rows": rows}


def _aligned(run: Run, kept: SurvivingRows, assigned: Assigned) -> Iterator[tuple[pa.Table, pa.Table, pa.Table]]:
    """Yield the same seeds' seeds, translations and programs, each with its split."""
    marks = _marks(assigned.hits)
    translations = (NAMED_TRANSLATIONS, kept.translations())
    programs = (VARIANTS, map(kept.keep, run.folder.rows(_programs_aside(run))))
    for seeds, translated, written in align_on_seed(kept.seeds(), translations, programs):
        where = {"cluster_id": "cluster_id", "split": "split"}
        # The split that a seed came from gives way to the one that it is in.
        seeds = beside(seeds.drop_columns(["split"]), assigned.splits, where)
        yield (
            seeds,
            beside(translated, seeds, {**TRIPLET_COLUMNS, **where}),
            beside(_marked(add_document_ids(written, assigned.equal), marks), seeds, {"split": "split"}),
        )


def _marks(hits: pa.Table) -> dict[str, str]:
    columns = (hits[name].to_pylist() for name in ("program_id", "benchmark", "row_id"))
    return {program: f"{benchmark}: {row}" for program, benchmark, row in zip(*columns, strict=True)}


def _marked(programs: pa.Table, marks: Mapping[str, str]) -> pa.Table:
    """Add ``contaminated_by``: the benchmark's row that a program is like, null for most."""
    column = pa.array([marks.get(program) for program in programs["program_id"].to_pylist()], pa.string())
    return programs.append_column(DATASET_PROGRAMS.field("contaminated_by"), column)


def _programs_aside(run: Run) -> Path:
    return run.folder.aside / "programs"


def _by_split(pairs: Mapping[tuple[str, str], int]) -> dict[str, int]:
    return {split: sum(n for (where, _), n in pairs.items() if where == split) for split in SPLITS}


def _by_language(pairs: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    languages = sorted({language for _, language in pairs})
    return {language: {split: pairs.get((split, language), 0) for split in SPLITS} for language in languages}
