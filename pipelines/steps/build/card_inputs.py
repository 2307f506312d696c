"""What the dataset card tells, from the manifest and from the tables: no time, place or speed is in it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthcode.bounded import limits
from synthcode.bounded.files import read_text
from synthcode.errors import InputError
from synthcode.llm.prompts import load_prompt
from synthcode.pipelines.runs.recipe import BuildConfig, Recipe
from synthcode.pipelines.tables.funnel import tally
from synthcode.publishing.card.citations import known_benchmarks
from synthcode.publishing.card.escaping import yaml_block
from synthcode.publishing.card.facts import CardFacts, Direction, DirectionCounts, Example
from synthcode.publishing.inventory import ConfigContents, take_inventory
from synthcode.sanitize import one_line
from synthcode.seeds.adapters.benchmarks import split_benchmark
from synthcode.storage.published import ALL_CONFIGS
from synthcode.storage.shards import read_batches
from synthcode.strict_settings import to_tree
from synthcode.vocabulary import SPLITS, STAGES

if TYPE_CHECKING:
    import pyarrow as pa

    from synthcode.pipelines.runs.run import Run
    from synthcode.pipelines.steps.build.dataset_tables import Compared, Pair, Written

TITLE = "Cross-language code retrieval"

_TOOLCHAIN, _RUNNER = "toolchain:", "runner:"
_OF_COMPILERS = ("checked", "compiled")
_EXAMPLE = ["func_documentation_string", "language1_CSN", "func1_CSN", "language2", "func2"]
_SHORT = 1_200
"""Characters of an example, all of it."""
_MOST_READ = 1_000
"""Pairs among which it is looked for."""
_REPOSITORY = re.compile(r"[\w.-]+(/[\w.-]+)?", re.ASCII)


def gather_facts(run: Run, compared: Compared, written: Written, counts: Mapping[str, Any]) -> CardFacts:
    """Gather what the card tells of a dataset whose data are written.

    Parameters
    ----------
    run
        The run.
    compared
        What the gate accepted and rejected.
    written
        What the dataset holds.
    counts
        The build's, which the manifest does not have yet.
    """
    stages = run.manifest.stages
    translated, checked = stages["translate"].counts, stages["check"]
    sources = dict(sorted(written.sources.items()))
    verification = _verification(written.pairs)
    configs = take_inventory(run.folder.dataset, _schemas(written), SPLITS)
    return CardFacts(
        title=one_line(run.recipe.card.title or "", None) or TITLE,
        about=run.recipe.card.about,
        creators=run.recipe.card.creators,
        configs=configs,
        example=_example(run.folder.dataset, configs[0]),
        funnel=tally({name: stages[name].counts if name in stages else {} for name in STAGES} | {"build": counts}),
        directions=_directions(compared, written.pairs),
        verification=verification,
        sources=sources,
        source_datasets=_source_datasets(run.recipe, sources),
        licenses=dict(sorted(written.licenses.items())),
        model=translated["model"],
        prompt=translated["prompt"],
        turns=_turns(run.recipe, translated["prompt"]),
        sampling=translated["sampling"],
        dedup=asdict(run.recipe.dedup),
        benchmarks=stages["dedup"].counts["contamination"],
        drop_contaminated=run.recipe.contamination.drop,
        compilers=_compilers(run, verification),
        runners=_of_tested(run, _RUNNER),
        inputs=stages["seeds"].inputs,
        recipe=portable_recipe(run.recipe),
        tool_version=checked.versions["synthcode"],
    )


def _schemas(written: Written) -> dict[str, pa.Schema]:
    return {name: schema for name, schema in ALL_CONFIGS.items() if name in written.rows}


def _example(dataset: Path, pairs: ConfigContents) -> Example | None:
    """Return the first short pair of the training split: no answer of a test is printed where models learn."""
    shards = [dataset / shard.path for split in pairs.splits if split.name == "train" for shard in split.shards]
    rows = (row for batch in read_batches(shards, _EXAMPLE) for row in batch.to_pylist())
    examples = (Example(*map(row.__getitem__, _EXAMPLE)) for row in islice(rows, _MOST_READ))
    return next((one for one in examples if len("".join(one)) <= _SHORT), None)


def _compilers(run: Run, verification: Mapping[str, Mapping[str, int]]) -> dict[str, str]:
    """Return what compiled or parsed the translations, for ``check`` or for ``verify``.

    The input of ``verify`` says why where a language has no compiler: what has a level of a compiler had one.
    """
    compiled = {name for name, levels in verification.items() if not levels.keys().isdisjoint(_OF_COMPILERS)}
    verified = {name: line for name, line in _of_tested(run, _TOOLCHAIN).items() if name in compiled}
    return _named(run.manifest.stages["check"].inputs, _TOOLCHAIN) | verified


def _of_tested(run: Run, prefix: str) -> dict[str, str]:
    """Return those inputs of ``verify`` that begin with ``prefix``, of the languages whose translations were run."""
    entry = run.manifest.stages.get("verify")
    if entry is None:
        return {}
    were_run = {*entry.counts["verified"], *entry.counts["failed"]} - {*entry.counts["not_run"]}
    return {name: line for name, line in _named(entry.inputs, prefix).items() if name in were_run}


def _named(inputs: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): line for name, line in inputs.items() if name.startswith(prefix)}


def _directions(compared: Compared, pairs: Mapping[Pair, int]) -> dict[Direction, DirectionCounts]:
    """Count, for each direction, what the model answered, what the gate accepted, and what is left."""
    accepted, rejected = compared.accepted, compared.rejected
    kept: Counter[Direction] = Counter()
    for pair, count in pairs.items():
        kept[Direction(pair.source, pair.target)] += count
    return {
        direction: DirectionCounts(accepted[direction] + rejected[direction], accepted[direction], kept[direction])
        for direction in sorted({*accepted, *rejected})
    }


def _verification(pairs: Mapping[Pair, int]) -> dict[str, dict[str, int]]:
    levels: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for pair, count in pairs.items():
        levels[pair.target][pair.verification] += count
    return {target: dict(sorted(counter.items())) for target, counter in sorted(levels.items())}


def _source_datasets(recipe: Recipe, sources: Mapping[str, int]) -> list[str]:
    """Return the datasets on the Hub that the seeds come from, as far as they are known."""
    seeds = recipe.seeds
    if seeds is not None and seeds.adapter == "hub" and not Path(seeds.path).exists():
        return [seeds.path] if _REPOSITORY.fullmatch(seeds.path) else []
    return [benchmark.hub for benchmark in known_benchmarks(sources)]


def _turns(recipe: Recipe, asked_with: str) -> dict[str, str]:
    """Return the prompt's templates, where they are still those that were asked with."""
    if recipe.translate is None:
        return {}
    try:
        prompt = load_prompt(recipe.translate.prompt)
    except InputError:
        return {}
    files = {role: turn.filename for role, turn in prompt.turns.items()}
    if f"{prompt.name} ({prompt.digest})" != asked_with:
        return {}
    return {role: read_text(Path(file), limits.TEMPLATE) for role, file in files.items() if file is not None}


def portable_recipe(recipe: Recipe) -> str:
    """Return the recipe as YAML, with names of files instead of paths, and without what changes no row."""
    tree = to_tree(recipe)
    for section in ("backend", "execution", "executor", "memory", "shard"):
        del tree[section]
    for section, default in (("verify", None), ("queries", None), ("build", to_tree(BuildConfig()))):
        if tree[section] == default:
            del tree[section]
    if "verify" in tree:
        del tree["verify"]["cache"]
    seeds = tree["seeds"]
    if seeds is not None and (seeds["adapter"] != "hub" or Path(seeds["path"]).exists()):
        seeds["path"] = Path(seeds["path"]).name
    for section in ("translate", "queries"):
        if tree.get(section) is not None and "/" in tree[section]["prompt"]:
            tree[section]["prompt"] = f"./{Path(tree[section]['prompt']).name}"
    tree["contamination"]["against"] = [_portable(spec) for spec in tree["contamination"]["against"]]
    return yaml_block(tree)


def _portable(spec: str) -> str:
    head, path, tail = split_benchmark(spec)
    return f"{head}{Path(path).name if Path(path).exists() else path}{tail}"
