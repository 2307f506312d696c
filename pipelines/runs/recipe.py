"""Recipes: what a run is to do, as YAML that is checked before anything is started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar

import yaml
from annotated_types import Ge, Le
from pydantic import ConfigDict, TypeAdapter

from synthcode.bounded.trees import NotYamlError, read_yaml
from synthcode.dataset.splits import SplitConfig
from synthcode.dedup.config import ContaminationConfig, DedupConfig
from synthcode.errors import InputError, did_you_mean
from synthcode.execution.registry import ExecutorConfig, require_executor
from synthcode.gate.config import CheckConfig
from synthcode.llm.backends.setup import BackendConfig
from synthcode.llm.backends.vllm.options import engine_options, server_options
from synthcode.llm.extra_body import checked_extra_body
from synthcode.llm.prompts import load_prompt
from synthcode.llm.queries import QueriesConfig
from synthcode.llm.repairs import RepairConfig
from synthcode.llm.requests import TranslateConfig
from synthcode.llm.seed_shard import SeedShard
from synthcode.llm.sending.settings import RequestPolicy
from synthcode.pipelines.runs.memory import MemorySize
from synthcode.pipelines.runs.recipe_spellings import in_full
from synthcode.plugins import BACKENDS, SEED_ADAPTERS
from synthcode.redaction import refuse_credentials, refuse_credentials_in_address
from synthcode.seeds.adapters.benchmarks import resolved_benchmark
from synthcode.seeds.config import SeedsConfig
from synthcode.strict_settings import checked, texts_in, to_tree, with_values
from synthcode.verification.config import VerifyConfig
from synthcode.vocabulary import Level

RECIPES = Path(__file__).resolve().parents[1] / "recipes"
RECIPE_NAME = "recipe.yaml"


@dataclass(frozen=True)
class CardConfig:
    """What the dataset card says and no table holds."""

    title: str | None = None
    """Title of the card; None takes a general one."""
    about: str = ""
    """One paragraph of plain text."""
    creators: tuple[str, ...] = ()
    """Who made the dataset: for its citation."""


@dataclass(frozen=True)
class BuildConfig:
    """What the dataset takes of what is left."""

    require: Level | None = None
    """Keep only translations that reached this level or a higher one; None keeps all that fail no test."""
    clones: bool = False
    """Whether to write the configuration ``clones``: pairs of programs that solve one problem, and others."""
    mined_negatives: Annotated[int, Ge(0), Le(1000)] = 0
    """Programs that share words with a text and are of another split group: so many for each text and language, the
    nearest first, go to the configuration ``mined_negatives``. 0 mines none."""


@dataclass(frozen=True)
class Recipe:
    """Everything that a run was asked to do, with all defaults filled in."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")  # its sections', too

    seeds: SeedsConfig | None = None
    """Where the texts and their solutions come from."""
    translate: TranslateConfig | None = None
    """Which translations to request."""
    backend: BackendConfig = field(default_factory=BackendConfig)
    """Where completions come from."""
    check: CheckConfig = field(default_factory=CheckConfig)
    """What the gate accepts."""
    repair: RepairConfig = field(default_factory=RepairConfig)
    """Which failed translations to request again, with their errors."""
    dedup: DedupConfig = field(default_factory=DedupConfig)
    """Which programs are near-duplicates."""
    contamination: ContaminationConfig = field(default_factory=ContaminationConfig)
    """Published benchmarks to decontaminate against."""
    verify: VerifyConfig | None = None
    """Run translations with tests, in the sandbox; None does not. This section, or ``verify: true``, requests it."""
    queries: QueriesConfig | None = None
    """Have texts written anew as queries of several styles; None does not. This section, or ``queries: true``, requests
    it."""
    build: BuildConfig = field(default_factory=BuildConfig)
    """What the dataset takes of what is left."""
    splits: SplitConfig = field(default_factory=SplitConfig)
    """Shares of train, validation and test."""
    card: CardConfig = field(default_factory=CardConfig)
    """Title, summary and authors on the dataset card."""
    execution: RequestPolicy = field(default_factory=RequestPolicy)
    """How requests are sent: concurrency, deadlines, retries."""
    executor: ExecutorConfig = field(default_factory=ExecutorConfig)
    """Where the work of stages runs; ``workers: N`` is short for ``executor: {workers: N}``."""
    shard: str | None = None
    """Request, check and verify the translations of one shard of the seeds, written ``3/8``; None takes all."""
    memory: MemorySize | None = None
    """The memory that deduplication may take, such as 1GB; None takes half of what is free. It changes no output."""


_RECIPE: TypeAdapter[Recipe] = TypeAdapter(Recipe)


def load_recipe(name: str, overrides: Mapping[str, Any] | None = None) -> Recipe:
    """Load a bundled recipe by name, or a YAML file by path.

    Parameters
    ----------
    name
        ``quickstart``, or a path.
    overrides
        ``section.key`` -> value; wins over the file.

    Raises
    ------
    InputError
        If there is no such recipe, it is not YAML, or a key or value is not one that recipes have.
    """
    path = recipe_path(name)
    try:
        tree = read_yaml(path, unique_keys=True)
    except NotYamlError as problem:
        raise InputError(f"{path} is not YAML: {problem}", "fix the file; its syntax is YAML 1.1's") from problem
    if not isinstance(tree, dict):
        raise InputError(f"{path} holds no sections", "a recipe has sections such as seeds: and translate:")
    _resolve_paths(tree, path.parent)
    return parse_recipe(_overridden(tree, overrides or {}), str(path))


def recipe_path(name: str) -> Path:
    """Return the file of a bundled recipe or of a path."""
    bundled = RECIPES / name / RECIPE_NAME
    path = bundled if bundled.is_file() else Path(name)
    if not path.is_file():
        names = sorted(folder.name for folder in RECIPES.iterdir() if (folder / RECIPE_NAME).is_file())
        raise InputError(
            f"no recipe {name!r}{did_you_mean(name, names)}",
            f"give the path of a YAML file, or a bundled recipe: {', '.join(names)}",
        )
    return path


def parse_recipe(tree: Mapping[str, Any], origin: str) -> Recipe:
    """Check a recipe's sections, keys and values and fill in the defaults."""
    if not isinstance(tree, Mapping):
        raise InputError(f"{origin} holds no sections", "a recipe has sections such as seeds: and translate:")
    tree = in_full(tree, origin)
    _refuse_secrets(tree, origin)
    recipe: Recipe = checked(Recipe, _RECIPE, tree, origin)
    BACKENDS.find(recipe.backend.name)
    require_executor(recipe.executor.name)
    if recipe.seeds is not None:
        SEED_ADAPTERS.find(recipe.seeds.adapter)
    # Before the recipe is written: an option that is refused may carry a secret.
    engine_options(recipe.backend.engine)
    server_options(recipe.backend.serve or ())
    if recipe.translate is not None:
        checked_extra_body(recipe.translate.sampling.extra_body)
    if recipe.queries is not None:
        checked_extra_body(recipe.queries.sampling.extra_body)
    SeedShard.parse(recipe.shard or "1/1")
    return recipe


def require_sections(recipe: Recipe, name: str) -> None:
    """Refuse a recipe that cannot be run from its start.

    Parameters
    ----------
    recipe
        To be run.
    name
        What errors call it.

    Raises
    ------
    InputError
        If it does not say where seeds come from, or what to translate; or if there is no such repair prompt.
    """
    if recipe.repair.rounds:
        load_prompt(recipe.repair.prompt)  # before translations are paid for
    if recipe.queries is not None:
        load_prompt(recipe.queries.prompt)
    for section in ("seeds", "translate"):
        if getattr(recipe, section) is None:
            raise InputError(
                f"{name} has no section {section!r}",
                "add it, as in the bundled quickstart: seeds: {adapter, path}; translate: {targets, model}",
            )


def _refuse_secrets(tree: Any, origin: str) -> None:
    """Refuse secrets anywhere in a recipe: it is written to disk and shown."""
    for above, text in texts_in(tree):
        place = f"{origin}: {'.'.join(above)}"
        if above[-1:] == ("base_urls",):
            refuse_credentials_in_address(text, place)
        else:
            refuse_credentials(text, place, user_is_one=above[:1] != ("card",))


def to_yaml(recipe: Recipe) -> str:
    """Return a recipe as YAML, all defaults filled in."""
    return yaml.safe_dump(to_tree(recipe), sort_keys=False, allow_unicode=True)


def _overridden(tree: dict[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    in_place = {"executor.workers" if dotted == "workers" else dotted: value for dotted, value in overrides.items()}
    if "executor.workers" in in_place:  # replaces either spelling
        tree = {key: value for key, value in tree.items() if key != "workers"}
    return with_values(tree, in_place)


def override(recipe: Recipe, overrides: Mapping[str, Any]) -> Recipe:
    """Return a recipe with some values replaced (``section.key`` -> value), checked again."""
    for key in ("translate.prompt", "queries.prompt"):
        if key in overrides:
            load_prompt(str(overrides[key]))  # one that is refused is not kept in the run's recipe
    return parse_recipe(_overridden(to_tree(recipe), overrides), "the command line")


def _resolve_paths(tree: dict[str, Any], folder: Path) -> None:
    """Make the paths that a recipe names absolute: they are meant from where the recipe lies."""
    for section, key in (("seeds", "path"), ("backend", "recording")):
        node = tree.get(section)
        if isinstance(node, dict) and isinstance(node.get(key), str) and _exists(folder / node[key]):
            node[key] = str((folder / node[key]).resolve())
    batch = (tree.get("backend") or {}).get("batch") if isinstance(tree.get("backend"), dict) else None
    if isinstance(batch, dict) and isinstance(batch.get("results"), list):
        batch["results"] = [str((folder / str(path)).resolve()) for path in batch["results"]]
    published = tree.get("contamination")
    if isinstance(published, dict) and isinstance(published.get("against"), list):
        published["against"] = [resolved_benchmark(str(spec), folder) for spec in published["against"]]


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # too long to be a file's name, or in a folder that may not be read
        return False
