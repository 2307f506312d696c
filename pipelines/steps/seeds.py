"""The seeds stage: rows of a benchmark become seeds, or are rejected with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from synthcode.errors import InputError
from synthcode.execution.executor import PoisonPolicy, halve
from synthcode.pipelines.runs.step import Step, StepResult
from synthcode.pipelines.steps.failures import MESSAGE_CHARS
from synthcode.pipelines.steps.reviews import review_seeds
from synthcode.schemas.tables import REJECTED_SEEDS, SEEDS
from synthcode.seeds.adapters.registry import input_digests, is_remote, read_seeds
from synthcode.seeds.batches import batched
from synthcode.seeds.cleaning import clean, drop_duplicate_ids, reject
from synthcode.seeds.descriptions import names_entry_point
from synthcode.storage.large_tables.sorting import sort_by_hash
from synthcode.storage.shards import ShardWriter
from synthcode.strict_settings import to_tree

if TYPE_CHECKING:
    import pyarrow as pa

    from synthcode.pipelines.runs.run import Run
    from synthcode.schemas.records import StageResult
    from synthcode.seeds.raw import RawSeed


def seeds_step() -> Step:
    """Return the step that ``seeds`` runs."""
    return Step(
        name="seeds", settings=_settings, execute=_execute, summary=_summary, inputs=_inputs, review=review_seeds
    )


def _settings(recipe: Any) -> Any:
    tree = to_tree(recipe.seeds)
    if tree is not None and not is_remote(recipe.seeds):
        del tree["path"]  # a folder that moved, with the same files in it, is the same input
    return tree


def _inputs(recipe: Any) -> Mapping[str, str]:
    if recipe.seeds is None:
        raise InputError("no seeds were named", "say where they are: synthcode seeds RUN --from ADAPTER --path P")
    return input_digests(recipe.seeds)


def _summary(counts: Mapping[str, Any]) -> str:
    seeds, rejected = counts["seeds"], sum(counts["rejected"].values())
    said = f"{seeds:,} {'seed' if seeds == 1 else 'seeds'}, {rejected:,} {'row' if rejected == 1 else 'rows'} rejected"
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in counts["rejected"].items())
    return f"{said} ({reasons})" if reasons else said


def _execute(run: Run) -> StepResult:
    folder = run.folder
    languages: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    details: dict[str, str] = {}
    seen: set[str] = set()
    named = 0
    with (
        ShardWriter(folder.seeds, SEEDS) as kept_shards,
        ShardWriter(folder.seeds_rejected, REJECTED_SEEDS) as rejected_shards,
        run.reporter.progress("seeds", run.recipe.seeds.limit if run.recipe.seeds else None) as bar,
    ):

        def keep(split: StageResult) -> pa.Table:
            rejected_shards.write(split.rejected)
            for row in split.rejected.select(["source_id", "reason", "detail"]).to_pylist():
                reasons[row["reason"]] += 1
                example = f"row {row['source_id']}: {row['detail']}" if row["source_id"] else row["detail"]
                details[row["reason"]] = min(example, details.get(row["reason"], example))
            return split.kept

        def cleaned() -> Iterator[pa.Table]:
            for split in _clean_all(run):
                bar.advance(split.kept.num_rows + split.rejected.num_rows)
                yield keep(split)

        for table in sort_by_hash(cleaned(), ["seed_id", "source", "source_id"], SEEDS, folder.scratch / "seeds"):
            kept = keep(drop_duplicate_ids(table, seen))
            kept_shards.write(kept)
            languages.update(kept.column("language").to_pylist())
            named += sum(
                map(names_entry_point, kept.column("text").to_pylist(), kept.column("entry_point").to_pylist())
            )
        outputs = kept_shards.commit() + rejected_shards.commit()
    counts = {
        "seeds": languages.total(),
        "languages": dict(sorted(languages.items())),
        "rejected": dict(sorted(reasons.items())),
        "rejected_examples": {reason: detail[:MESSAGE_CHARS] for reason, detail in sorted(details.items())},
        "texts_with_entry_point": named,
    }
    return StepResult(outputs, counts)


def _clean_all(run: Run) -> Iterator[StageResult]:
    config = run.recipe.seeds
    assert config is not None
    return run.executor.map(partial(clean, config=config), batched(read_seeds(config, run.executor)), _survival())


def _survival() -> PoisonPolicy[list[RawSeed], StageResult]:
    details = {"parser_crash": "the parser died on it", "parse_timeout": "the parser did not come back from it"}
    return PoisonPolicy(bisect=halve, on_lost_row=lambda batch, reason: reject(batch, reason, details[reason]))
