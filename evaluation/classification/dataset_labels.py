"""Which translations of a dataset pass their tests and which fail them: programs with a label each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from synthcode.errors import InputError
from synthcode.evaluation.classification.published.benchmark import LabelledRows, PublishedLabels
from synthcode.evaluation.classification.published.faults.label_faults import label_faults
from synthcode.identity import digest
from synthcode.schemas.tables import CODE_COLUMNS
from synthcode.storage.published import NEGATIVES_NAME, PublishedDataset
from synthcode.storage.shards import shards_of
from synthcode.vocabulary import SPLITS, Split, Variant

PASSES, FAILS = "0", "1"
"""Labels, as Devign has them: the program that is wrong is the one that is looked for."""


@dataclass(frozen=True)
class DatasetLabels:
    """Programs with their labels, in several variants of their code."""

    labels: PublishedLabels
    """In the first variant. Groups are split groups."""
    texts: Mapping[Variant, Sequence[str]]
    """Of all programs, split after split, by variant."""
    languages: Sequence[str]
    """Of the same programs."""

    @property
    def warnings(self) -> Sequence[str]:
        """What is wrong with the programs, counted."""
        return self.labels.warnings


class _Program(NamedTuple):
    id: str
    language: str
    texts: tuple[str, ...]
    """One for each variant."""
    label: str
    group: str


def read_labels(
    dataset: PublishedDataset,
    variants: Sequence[Variant],
    languages: Sequence[str] = (),
    splits: Sequence[Split] = SPLITS,
) -> DatasetLabels:
    """Read the translations that were tested, of each language as many that pass as fail.

    The language then says nothing of the label. Equal texts of a language count once, and not at all if one of
    them passes and another one fails.

    Parameters
    ----------
    dataset
        Built after ``verify``.
    variants
        Of the code.
    languages
        Leave out other languages. Default: none is left out.
    splits
        Those that are read; each needs programs of both labels.

    Raises
    ------
    InputError
        If the dataset has no translations that fail their tests, or a split has none of one kind.
    """
    where = str(dataset.folder)
    found: dict[Split, list[_Program]] = {}
    warnings: list[str] = []
    for split in splits:
        programs, contradicting = _without_repeats(_tested(dataset, split, variants, languages))
        if contradicting:
            warnings.append(f"{contradicting:,} programs of {split} both pass and fail their tests: left out")
        found[split] = _balanced(programs)
        if not found[split]:
            raise _missing(dataset, split, programs)
    parts = {split: _rows(programs) for split, programs in found.items()}
    every = [program for split in SPLITS if split in found for program in found[split]]
    texts = {variant: [program.texts[place] for program in every] for place, variant in enumerate(variants)}
    warnings += label_faults(parts)
    labels = PublishedLabels(where, "", "labels", parts, warnings)
    return DatasetLabels(labels, texts, [program.language for program in every])


def labels_digest(dataset: PublishedDataset, splits: Sequence[Split] = SPLITS) -> str:
    """Hash all that the labels of some splits are read from, and verify it."""
    configs = ("programs", "triplets", NEGATIVES_NAME)
    there = [(one, split) for one in configs for split in splits if shards_of(dataset.folder / "data" / one, split)]
    return digest("labels", *(dataset.digest([split], [config]) for config, split in there))


def _tested(
    dataset: PublishedDataset, split: Split, variants: Sequence[Variant], languages: Sequence[str]
) -> Iterator[_Program]:
    """Yield the translations of a split that were tested, with their labels."""
    columns = ["program_id", "seed_id", "language", *(CODE_COLUMNS[variant] for variant in variants)]
    groups = _groups(dataset, split)
    configs = {"programs": ["origin", "verification"]}
    if shards_of(dataset.folder / "data" / NEGATIVES_NAME, split):
        configs[NEGATIVES_NAME] = ["reason"]
    for config, further in configs.items():
        label = FAILS if config == NEGATIVES_NAME else PASSES
        for table in dataset.batches(config, split, list(dict.fromkeys([*columns, *further]))):
            for row in table.to_pylist():
                is_tested = label == FAILS or (row["origin"] != "seed" and row["verification"] == "tested")
                if is_tested and (not languages or row["language"] in languages):
                    texts = tuple(row[CODE_COLUMNS[variant]] for variant in variants)
                    group = groups.get(row["seed_id"], row["seed_id"])
                    yield _Program(row["program_id"], row["language"], texts, label, group)


def _groups(dataset: PublishedDataset, split: Split) -> dict[str, str]:
    """Return seed -> split group, of the seeds that have translations."""
    if not shards_of(dataset.folder / "data" / "triplets", split):
        return {}
    batches = dataset.batches("triplets", split, ["seed_id", "cluster_id"])
    return {row["seed_id"]: row["cluster_id"] for table in batches for row in table.to_pylist()}


def _without_repeats(programs: Iterator[_Program]) -> tuple[list[_Program], int]:
    """Return each text of a language once, and how many texts had both labels."""
    by_text: dict[tuple[str, str], dict[str, _Program]] = {}
    for program in sorted(programs):
        by_text.setdefault((program.language, program.texts[0]), {}).setdefault(program.label, program)
    contradicting = sum(len(labels) > 1 for labels in by_text.values())
    return [one for labels in by_text.values() if len(labels) == 1 for one in labels.values()], contradicting


def _balanced(programs: Sequence[_Program]) -> list[_Program]:
    """Return as many programs of each label, language by language: those whose ids have the smallest digests."""
    counts = Counter((program.language, program.label) for program in programs)
    taken: Counter[tuple[str, str]] = Counter()
    chosen = []
    for program in sorted(programs, key=lambda program: digest(program.id)):
        room = min(counts[program.language, label] for label in (PASSES, FAILS))
        if taken[program.language, program.label] < room:
            taken[program.language, program.label] += 1
            chosen.append(program)
    return sorted(chosen)


def _rows(programs: Sequence[_Program]) -> LabelledRows:
    return LabelledRows(
        [program.id for program in programs],
        [program.texts[0] for program in programs],
        [program.label for program in programs],
        [program.group for program in programs],
    )


def _missing(dataset: PublishedDataset, split: Split, programs: Sequence[_Program]) -> InputError:
    """Return what says why a split cannot be scored."""
    failing = sum(program.label == FAILS for program in programs)
    counted = f"{len(programs) - failing:,} translations that pass their tests, and {failing:,} that fail"
    return InputError(
        f"{dataset.folder}: {split} has {counted}; classification tells one from the other, in one language",
        "run 'synthcode verify' and 'synthcode build' on a larger run, or score a published benchmark with --from",
    )
