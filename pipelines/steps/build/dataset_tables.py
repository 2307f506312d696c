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
from synthcode.dataset.repeated_keys import RepeatedKeys
from synthcode.dataset.retrieval import QrelsMaker, add_document_ids, anonymous_keys, equality_keys
from synthcode.dataset.variants import make_variants, without_variants
from synthcode.execution.executor import PoisonPolicy
from synthcode.pipelines.steps.check.judging import BATCH_ROWS, halve_table
from synthcode.pipelines.tables.repairs import rows_of
from synthcode.pipelines.tables.surviving_rows import (
    NAMED_TRANSLATIONS,
    SEEDS_IN_GROUPS,
    SurvivingRows,
    named_translations,
    programs_of,
)
from synthcode.pipelines.tables.tested_rows import TestedRows
from synthcode.publishing.card.facts import Direction
from synthcode.schemas.tables import DATASET_PROGRAMS, REJECTED
from synthcode.storage.large_tables.joins import align_on_seed, join_seed_columns
from synthcode.storage.published import CONFIGS
from synthcode.storage.shards import ShardWriter
from synthcode.vocabulary import SPLITS

if TYPE_CHECKING:
    from synthcode.pipelines.runs.run import Run

_REFUSED = pa.schema([REJECTED.field(name) for name in ("seed_id", "target_language")])
_ADDED_LATER = ("document_id", "contaminated_by", "source_id", "verification")
SEEDS_WITH_PAIRS = SEEDS_IN_GROUPS.append(pa.field("has_pairs", pa.bool_()))
VARIANTS = pa.schema([field for field in DATASET_PROGRAMS if field.name not in _ADDED_LATER])


class Pair(NamedTuple):
    """What pairs are counted by."""

    split: str
    source: str
    target: str
    verification: str


class Assigned(NamedTuple):
    """What was decided about the kept rows before they are written."""

    splits: pa.Table
    """``seed_id``, ``cluster_id``, ``split``."""
    equal: Mapping[str, str]
    """Program -> the document that it shares with other programs."""
    hits: pa.Table
    """Contaminated programs (schema ``HITS``): those that are left are marked."""
    tested: TestedRows
    """The levels that translations reached."""


class Compared(NamedTuple):
    """What is known of the surviving rows once their programs have been read."""

    keys: pa.Table
    """Of every program that is one document with another (schema ``EQUALITY_KEYS``)."""
    anonymous_keys: pa.Table
    """The same, of anonymous code."""
    seeds: pa.Table
    """``seed_id``, ``repository`` and ``has_pairs`` of every seed: whether it has a translation."""
    accepted: Counter[Direction]
    """What the gate accepted, whether it survives or not."""
    rejected: Counter[Direction]
    """What the gate rejected."""


class Written(NamedTuple):
    """What a dataset holds, counted while it was written."""

    rows: Mapping[str, Mapping[str, int]]
    """Rows of each configuration and split."""
    pairs: Counter[Pair]
    """By split, source language, target language and verification."""
    sources: Counter[str]
    """Seeds by what they come from."""
    licenses: Counter[str]
    """Seeds by license; empty for a seed that names none."""

    def counts(self) -> dict[str, Any]:
        """Return ``splits``: pairs in each split; ``by_language``: the same by target language; ``rows``."""
        languages = sorted({pair.target for pair in self.pairs})
        by_language = {language: {split: self._count(split, language) for split in SPLITS} for language in languages}
        splits = {split: sum(row[split] for row in by_language.values()) for split in SPLITS}
        return {"splits": splits, "by_language": by_language, "rows": self.rows}

    def _count(self, split: str, target: str) -> int:
        return sum(count for pair, count in self.pairs.items() if (pair.split, pair.target) == (split, target))


def write_variants(run: Run, kept: SurvivingRows, negatives: pa.Array) -> Compared:
    """Write every surviving program with its variants to a temporary table (schema ``VARIANTS``); count the verdicts.

    The same pass counts what the gate did with every answer: the source language is in the seeds. ``negatives`` are the
    programs, not among those that are kept, that go to a table of their own.
    """
    seeds = [SEEDS_WITH_PAIRS.empty_table()]
    accepted: Counter[Direction] = Counter()
    rejected: Counter[Direction] = Counter()

    def batches() -> Iterator[pa.Table]:
        refused = (_REFUSED, rows_of(run, "rejected", _REFUSED.names))
        checked = (NAMED_TRANSLATIONS, named_translations(run))
        for every_seed, every_translation, refusals in align_on_seed(run.rows(run.folder.seeds), checked, refused):
            accepted.update(_directions(every_seed, every_translation))
            rejected.update(_directions(every_seed, refusals))
            read, translations = kept.keep_seeds(every_seed), kept.keep(every_translation)
            seeds.append(_with_pairs(read, translations))
            failing = every_translation.filter(pc.is_in(every_translation["program_id"], value_set=negatives))
            rows = programs_of(read, pa.concat_tables([translations, failing]))
            for start in range(0, rows.num_rows, BATCH_ROWS):
                yield rows.slice(start, BATCH_ROWS)

    survival = PoisonPolicy(bisect=halve_table, on_lost_row=lambda batch, _reason: without_variants(batch))
    with (
        ShardWriter(_temporary_programs(run), VARIANTS) as shards,
        ShardWriter(temporary_negatives(run), VARIANTS) as negative_shards,
        RepeatedKeys(run.folder.scratch / "keys.arrow") as keys,
        RepeatedKeys(run.folder.scratch / "anonymous_keys.arrow") as anonymous,
        run.reporter.progress("build: code variants", None) as bar,
    ):
        for found in run.executor.map(make_variants, batches(), survival):
            is_negative = pc.is_in(found["program_id"], value_set=negatives)
            negative_shards.write(found.filter(is_negative))
            programs = found.filter(pc.invert(is_negative))
            shards.write(programs)
            keys.add(equality_keys(programs))
            anonymous.add(anonymous_keys(programs))
            bar.advance(found.num_rows)
        shards.commit()
        negative_shards.commit()
        return Compared(keys.repeated(), anonymous.repeated(), pa.concat_tables(seeds), accepted, rejected)


def _with_pairs(seeds: pa.Table, translations: pa.Table) -> pa.Table:
    """Return what splits must know of seeds (schema ``SEEDS_WITH_PAIRS``)."""
    has_pairs = pc.is_in(seeds["seed_id"], value_set=translations["seed_id"].combine_chunks())
    return seeds.select(SEEDS_IN_GROUPS.names).append_column("has_pairs", has_pairs).cast(SEEDS_WITH_PAIRS)


def _directions(seeds: pa.Table, answers: pa.Table) -> Iterator[Direction]:
    """Yield the direction of every answer, from the seeds' languages and its own."""
    rows = join_seed_columns(answers.select(_REFUSED.names), seeds, {"language": "language"})
    return map(Direction, *(rows[column].to_pylist() for column in ("language", "target_language")))


def written_programs(run: Run) -> Iterator[pa.Table]:
    """Yield ``program_id``, ``seed_id`` and ``code`` of the programs that ``write_variants`` has written."""
    return run.rows(_temporary_programs(run), ["program_id", "seed_id", "code"])


def write_dataset(run: Run, kept: SurvivingRows, assigned: Assigned) -> tuple[list[Path], Written]:
    """Write every configuration and split; return the shards and what they hold."""
    data = run.folder.dataset / "data"
    pairs: Counter[Pair] = Counter()
    sources: Counter[str] = Counter()
    licenses: Counter[str] = Counter()
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
            pairs.update(_pairs(translations, triplets))
            sources.update(value or "" for value in seeds["source"].to_pylist())
            licenses.update(value or "" for value in seeds["license"].to_pylist())
        rows: dict[str, dict[str, int]] = {
            config: {split: writers[config, split].rows for split in SPLITS} for config in CONFIGS
        }
        files = [file for writer in writers.values() for file in writer.commit()]
    return files, Written(rows, pairs, sources, licenses)


def _pairs(translations: pa.Table, triplets: pa.Table) -> Iterator[Pair]:
    columns = (translations["split"], *(triplets[name] for name in ("language1_CSN", "language2", "verification")))
    return map(Pair, *(column.to_pylist() for column in columns))


def _aligned(run: Run, kept: SurvivingRows, assigned: Assigned) -> Iterator[tuple[pa.Table, pa.Table, pa.Table]]:
    """Yield the same seeds' seeds, translations and programs, each with its split."""
    marks = _marks(assigned.hits)
    translations = (NAMED_TRANSLATIONS, kept.translations())
    programs = (VARIANTS, map(kept.keep, run.folder.rows(_temporary_programs(run))))
    for seeds, translated, written in align_on_seed(kept.seeds(), translations, programs):
        where = {"cluster_id": "cluster_id", "split": "split"}
        # The split that a seed came from gives way to the one that it is in.
        seeds = join_seed_columns(seeds.drop_columns(["split"]), assigned.splits, where)
        translated = assigned.tested.with_levels(translated)
        written = _with_levels(_marked(add_document_ids(written, assigned.equal), marks), translated)
        yield (
            seeds,
            join_seed_columns(translated, seeds, {**TRIPLET_COLUMNS, **where}),
            join_seed_columns(written, seeds, {"source_id": "source_id", "split": "split"}),
        )


def _with_levels(programs: pa.Table, translations: pa.Table) -> pa.Table:
    """Add ``verification``: the level of each translation, null for a seed's own program."""
    place = pc.index_in(programs["program_id"], value_set=translations["program_id"].combine_chunks())
    levels = translations["verification"].take(place)
    return programs.append_column(DATASET_PROGRAMS.field("verification"), levels)


def _marks(hits: pa.Table) -> dict[str, str]:
    columns = (hits[name].to_pylist() for name in ("program_id", "benchmark", "row_id"))
    return {program: f"{benchmark}: {row}" for program, benchmark, row in zip(*columns, strict=True)}


def _marked(programs: pa.Table, marks: Mapping[str, str]) -> pa.Table:
    """Add ``contaminated_by``: the benchmark's row that a program is like, null for most."""
    column = pa.array([marks.get(program) for program in programs["program_id"].to_pylist()], pa.string())
    return programs.append_column(DATASET_PROGRAMS.field("contaminated_by"), column)


def _temporary_programs(run: Run) -> Path:
    return run.folder.scratch / "programs"


def temporary_negatives(run: Run) -> Path:
    """Return where ``write_variants`` writes the negatives."""
    return run.folder.scratch / "negatives"
