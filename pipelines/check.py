"""``synthcode check``: completions become translations, or are rejected with a reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.options import existing_run, force_option, run_argument, workers_option, working_on

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.recipe import Recipe
    from pipelines.runner import Done, Run, Step
    from synthcode.schemas.records import Split
    from synthcode.stages.gate import CheckConfig

BATCH_ROWS = 256


@click.command()
@run_argument
@click.option(
    "--compile/--no-compile",
    "compiled",
    default=None,
    help="Hand what parses to the compilers of this machine as well, in a sandbox. Default: no.",
)
@workers_option
@force_option
def check(run: Path, compiled: bool | None, workers: int | None, force: bool) -> None:
    """Take the code out of every completion and keep what passes the syntax gate.

    With --compile, javac, gcc, g++, node, php, ruby, gofmt and rustc, as far as they are there, look at
    what passed; nothing is run. What they cannot know of a fragment, such as names, counts for nothing.

    \b
    Examples:
      synthcode check runs/mbxp
      synthcode check runs/mbxp --compile
    """
    from pipelines.runner import bring_up_to_date

    with working_on(existing_run(run), {"workers": workers, "check.compile": compiled}) as opened:
        bring_up_to_date(opened, check_step(), force=force)


def check_step() -> Step:
    """Return the step that ``check`` runs."""
    from pipelines.failures import review_accepted
    from pipelines.runner import Step

    return Step(
        name="check",
        after=("seeds", "translate"),
        settings=lambda recipe: recipe.check,
        inputs=_toolchains,
        execute=_execute,
        summary=_summary,
        review=review_accepted,
        packages=("pyarrow", "tree-sitter"),
    )


def _toolchains(recipe: Recipe) -> Mapping[str, str]:
    if not recipe.check.compile:
        return {}
    from synthcode.toolchains.bubblewrap import require_sandbox
    from synthcode.toolchains.controls import compiler_versions

    require_sandbox()
    return {f"toolchain:{language}": line for language, line in compiler_versions(_targets(recipe)).items()}


def _targets(recipe: Recipe) -> Sequence[str]:
    return recipe.translate.targets if recipe.translate is not None else ()


def _summary(counts: Mapping[str, Any]) -> str:
    missing = ", ".join(f"{language} ({why})" for language, why in counts.get("not_compiled", {}).items())
    told = f"{counts['accepted']:,} accepted, {sum(counts['rejected'].values()):,} rejected"
    return f"{told}; not compiled: {missing}" if missing else told


def _execute(run: Run) -> Done:
    from pipelines.progress import progress_bar
    from pipelines.runner import Done
    from synthcode.processes import map_batches
    from synthcode.schemas.tables import REJECTED, TRANSLATIONS
    from synthcode.stages.gate import check as check_batch
    from synthcode.storage.shards import ShardWriter

    folder = run.folder
    total = run.manifest.stages["translate"].counts["completed"]
    accepted: Counter[str] = Counter()
    rejected: dict[str, Counter[str]] = defaultdict(Counter)
    with (
        ShardWriter(folder.translations, TRANSLATIONS) as kept_shards,
        ShardWriter(folder.rejected, REJECTED) as rejected_shards,
        progress_bar("check", total) as bar,
    ):
        function = partial(check_batch, config=_config(run.recipe))
        for kept, refused in _compiled(run, map_batches(function, _batches(run), run.workers, _survival())):
            run.stop.raise_if_set()
            kept_shards.write(kept)
            rejected_shards.write(refused)
            accepted.update(kept.column("target_language").to_pylist())
            for language, reason in zip(
                refused.column("target_language").to_pylist(), refused.column("reason").to_pylist(), strict=True
            ):
                rejected[language][reason] += 1
            bar.advance(kept.num_rows + refused.num_rows)
        outputs = kept_shards.commit() + rejected_shards.commit()
    return Done(outputs, _counts(accepted, rejected) | _not_compiled(run, {*accepted, *rejected}))


def _config(recipe: Recipe) -> CheckConfig:
    """Return the gate's settings: answers begin inside of their block where the prompt has opened it."""
    from synthcode.prompts import load_prompt

    prefilled = recipe.translate is not None and load_prompt(recipe.translate.prompt).is_prefilled
    return replace(recipe.check, prefilled=recipe.check.prefilled or prefilled)


def _compiled(run: Run, splits: Iterable[Split]) -> Iterator[Split]:
    """Hand what was kept to the compilers, where that is asked for."""
    if not run.recipe.check.compile:
        yield from splits
        return
    from synthcode.threads import Threads
    from synthcode.toolchains.controls import broken_compilers
    from synthcode.toolchains.gate import compile_translations

    for language, problem in broken_compilers(_targets(run.recipe)).items():
        click.echo(f"warning: {language} is not compiled: {problem}", err=True)
    with Threads(run.workers) as threads:
        yield from threads.map(compile_translations, splits)


def _not_compiled(run: Run, languages: Iterable[str]) -> dict[str, Any]:
    if not run.recipe.check.compile:
        return {}
    from synthcode.toolchains.controls import missing_compilers

    return {"not_compiled": missing_compilers(sorted(languages))}


def _counts(accepted: Counter[str], rejected: Mapping[str, Counter[str]]) -> dict[str, Any]:
    reasons: Counter[str] = sum(rejected.values(), Counter())
    return {
        "accepted": accepted.total(),
        "rejected": dict(sorted(reasons.items())),
        "by_language": {
            language: {"accepted": accepted[language], "rejected": dict(sorted(rejected[language].items()))}
            for language in sorted({*accepted, *rejected})
        },
    }


def _batches(run: Run) -> Iterator[pa.Table]:
    """Yield every completion beside its seed, in small batches."""
    import pyarrow.compute as pc

    from synthcode.schemas.tables import CHECK_INPUT, COMPLETIONS
    from synthcode.storage.joins import align_on_seed, beside

    folder = run.folder
    completions = (COMPLETIONS, folder.rows(folder.completions))
    for seeds, answered in align_on_seed(folder.rows(folder.seeds), completions):
        answered = answered.filter(pc.is_valid(answered.column("text")))
        columns = {"source_language": "language", "source_code": "code", "entry_point": "entry_point"}
        rows = beside(answered, seeds, columns).select(CHECK_INPUT.names)
        for start in range(0, rows.num_rows, BATCH_ROWS):
            yield rows.slice(start, BATCH_ROWS)


def _survival() -> Any:
    from synthcode.processes import Survival
    from synthcode.stages.gate import reject_all

    details = {"parser_crash": "the parser died on it", "parse_timeout": "the parser did not come back from it"}

    def give_up(batch: pa.Table, reason: str) -> Split:
        return reject_all(batch, reason, details[reason])

    return Survival(halves=halve_table, give_up=give_up)


def halve_table(table: pa.Table) -> list[pa.Table]:
    """Cut a table in two; a single row comes back alone."""
    if table.num_rows < 2:
        return [table]
    middle = table.num_rows // 2
    return [table.slice(0, middle), table.slice(middle)]
