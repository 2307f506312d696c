"""What a training run is to do: the sections of a training recipe, with all defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, get_args

from annotated_types import Ge, Gt, Le
from pydantic import ConfigDict

from synthcode.vocabulary import TrainingTask, Variant

Share = Annotated[float, Ge(0), Le(1)]
Positive = Annotated[float, Gt(0)]
Count = Annotated[int, Ge(1)]

Objective = Literal["contrastive", "adaptive_layer"]
OBJECTIVES: tuple[Objective, ...] = get_args(Objective)
"""``contrastive`` trains every exit on every batch; ``adaptive_layer`` is the baseline of sentence-transformers, which
draws a layer for each batch."""

ExitWeights = Literal["depth", "uniform"]
EXIT_WEIGHTS: tuple[ExitWeights, ...] = get_args(ExitWeights)
"""The weight of an exit in the loss: its depth divided by the deepest exit's, as in the MoSE paper, or 1."""

Teacher = Literal["deepest", "next"]
TEACHERS: tuple[Teacher, ...] = get_args(Teacher)
"""Which exit teaches another one: the deepest of all, or the next deeper one."""

KeptWeights = Literal["best", "last"]
KEPT_WEIGHTS: tuple[KeptWeights, ...] = get_args(KeptWeights)

PretrainTask = Literal["in_context", "next_sentence", "none"]
PRETRAIN_TASKS: tuple[PretrainTask, ...] = get_args(PretrainTask)
"""What pre-training asks besides masked tokens: whether the snippets come from one repository, whether the second
snippet follows the first, or nothing."""


@dataclass(frozen=True)
class DataSettings:
    """Which pairs are drawn."""

    variant: Variant = "stripped"
    """How programs are shown."""
    text_share: Share = 0.5
    """Share of text-code pairs; the rest are code-code pairs."""
    renamed_share: Share = 0.3
    """Share of programs whose identifiers are replaced."""
    hard_negatives: Literal["none", "bm25", "failed"] = "none"
    """A further negative for each pair: the nearest program of another problem by BM25, or a translation of the same
    seed that compiled and failed its tests."""
    holdout: tuple[str, ...] = ()
    """Datasets, and published benchmarks (``[NAME=][ADAPTER:]PATH[@LANGUAGE]``), whose problems must not be trained on:
    near-duplicates of their programs leave the training data."""
    original: str | None = None
    """The published benchmark that the data are, as ``devign``; None: a dataset in this project's form."""
    columns: tuple[str, ...] = ()
    """Names of that benchmark's columns, where they are other ones: ``code=func``."""


@dataclass(frozen=True)
class LossSettings:
    """What is minimised at the exits."""

    objective: Objective = "contrastive"
    """Train every exit on every batch, or the baseline ``AdaptiveLayerLoss`` of sentence-transformers."""
    exit_weights: ExitWeights = "depth"
    """The weight of an exit: its depth divided by the deepest one's, or 1."""
    temperature: Positive = 0.05
    """Similarities are divided by it."""
    learned_temperature: bool = False
    """Train the temperature, beginning with ``temperature``."""
    distillation: Annotated[float, Ge(0)] = 0.0
    """Weight of the KL divergence of each exit's similarities from its teacher's."""
    teacher: Teacher = "deepest"
    """Whose similarities an exit is to have: the deepest exit's, or the next deeper one's."""
    distillation_temperature: Positive = 1.0
    """Both distributions of similarities are softened by it, on top of ``temperature``."""
    dims: tuple[Count, ...] = ()
    """Also train the first so many dimensions of each exit's vector (Matryoshka)."""


@dataclass(frozen=True)
class OptimiserSettings:
    """How long and how fast."""

    steps: Count = 200
    """Batches."""
    batch_size: Count = 64
    """Pairs a step, over all devices."""
    chunk_size: Count | None = None
    """Pairs that are encoded at a time, with cached gradients; None encodes a batch at once."""
    learning_rate: Positive = 1e-4
    """Its highest value: it falls to 0 in a straight line. A model of a billion weights wants 1e-5 (the MoSE paper)."""
    warmup_share: Share = 0.1
    """Share of the steps in which the learning rate rises from 0."""
    weight_decay: Annotated[float, Ge(0)] = 0.01
    """Of AdamW; biases, norms and the temperature do not decay."""
    max_gradient_norm: Positive = 1.0
    """Longer gradients are shortened to it."""
    max_tokens: Count = 256
    """Longest input while training; the end of a longer one is left out."""
    gradient_checkpointing: bool = False
    """Keep only inputs of blocks, and run the blocks again in the backward pass: less memory, more time."""
    dtype: Literal["float32", "bfloat16"] = "float32"
    """In which blocks compute; weights and losses are in single precision."""


@dataclass(frozen=True)
class RunSettings:
    """What is written while training. None of it changes how the weights are trained."""

    keep: KeptWeights = "best"
    """Which weights become the model: those with the best mean over exits on the validation split, or the last ones."""
    save_every: Count = 50
    """Steps between checkpoints."""
    validate_every: Count = 50
    """Steps between validations."""
    validation_queries: Count = 200
    """Problems of the validation split that are scored, at most: queries and documents are theirs."""
    validation_examples: Count = 1000
    """Pairs or programs of the validation split that a classifier is scored on, at most."""
    keep_checkpoints: Count = 2
    """The newest ones; the one with the best validation stays as well."""


@dataclass(frozen=True)
class NewModel:
    """A MoSE encoder that begins with random weights; its tokenizer is trained on the data."""

    layers: Count = 6
    """Blocks."""
    hidden: Count = 256
    """Width of a state, and of an embedding."""
    heads: Count = 4
    """Attention heads of a block."""
    key_value_heads: Count = 2
    """Heads of keys and values, which attention heads share."""
    intermediate: Count = 1024
    """Width within a block's feed-forward part."""
    vocabulary: Annotated[int, Ge(300)] = 8192
    """Tokens that the tokenizer learns."""


@dataclass(frozen=True)
class PretrainSettings:
    """Masked language modelling at every exit, before training on pairs."""

    data: tuple[str, ...] = ()
    """Runs and datasets whose seeds name their repositories; empty takes the dataset that is trained on."""
    steps: Count = 500
    """Batches."""
    batch_size: Count = 32
    """Documents a step, over all devices."""
    task: PretrainTask = "in_context"
    """What is asked besides masked tokens: whether all snippets come from one repository (MoSE), whether the second
    half of a program follows the first, or nothing."""
    mask_share: Share = 0.15
    """Share of the tokens that are to be predicted."""
    max_tokens: Count = 256
    """Length of a document."""
    learning_rate: Positive = 5e-4
    """Its highest value."""


@dataclass(frozen=True)
class TrainingSettings:
    """All that a training run depends on, apart from its data."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")  # its sections', too

    base: str | None = None
    """``st:NAME`` or a plain NAME: a HuggingFace encoder; ``mose:NAME``: a MoSE checkpoint. None: ``new`` says."""
    new: NewModel | None = None
    """The sizes of a new MoSE encoder, instead of a base."""
    exits: tuple[Count, ...] = ()
    """Blocks after which an embedding is read; empty takes all blocks of a new model or a HuggingFace encoder of up to
    12 blocks, and a MoSE checkpoint's own exits."""
    task: TrainingTask = "retrieval"
    """What is trained: vectors for retrieval, or a head of classification at every exit."""
    heads: Literal["none", "linear"] = "none"
    """A projection of each exit's vector; a MoSE encoder has its own."""
    pair_heads: Literal["compare", "token"] = "compare"
    """What a head of clones is given: the state of the class token, with the difference and product of the means of
    both programs' states, or the class token's only (MoSE). One or few blocks learn nothing from that token."""
    data: DataSettings = field(default_factory=DataSettings)
    """Which pairs are drawn."""
    loss: LossSettings = field(default_factory=LossSettings)
    """What is minimised."""
    optimiser: OptimiserSettings = field(default_factory=OptimiserSettings)
    """How long and how fast."""
    pretrain: PretrainSettings | None = None
    """Training on masked programs before that; None does none."""
    run: RunSettings = field(default_factory=RunSettings)
    """What is written on the way."""
    random_seed: int = 0
    """Of everything that is drawn: pairs, dropout, new weights."""
