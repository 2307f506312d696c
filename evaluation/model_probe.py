"""Whether a model is still the one whose vectors are stored: a few fixed texts, encoded again and compared.

The name of a model on a server, and even the files of a folder, do not say what computes the vectors. One small batch
at the start of each run does.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from synthcode.evaluation.encoder import Encoder, LexicalScorer, Role, Vectors
from synthcode.evaluation.vector_checks import VectorCheck
from synthcode.identity import digest
from synthcode.storage.shards import read_file, write_table

PROBE_NAME = "probe.parquet"
PROBE_TEXTS = ("Add two numbers.", "def add(a, b): return a + b", "int least(int a) { return a; }")

MOST_DISTANCE = 0.0142
"""Relative to a vector's length: that of unit vectors whose cosine is 0.9999. Noise of float16 stays well below it."""

PROBE_ROLES = (Role("document", "code", "python"), Role("query", "text", "text"), Role("query", "code", "python"))
"""The texts are encoded in each of these roles that the encoder tells apart: a query's prompt or weights may change."""

Probe = Mapping[int, Vectors]
"""Exit -> the vectors of ``PROBE_TEXTS`` in the first role, then in the others."""


class Store(NamedTuple):
    """Where the vectors of a model are kept."""

    identity: str
    """Name of the folder: the encoder's identity, with a number if the model was changed without changing that."""
    probe: Probe
    is_new: bool
    """Whether all that is stored under the encoder's identity is of other models."""
    is_unproven: bool
    """Whether there are vectors that no probe tells the origin of."""


def probe_model(encoder: Encoder) -> Probe:
    """Encode the fixed texts.

    Raises
    ------
    InputError
        If the vectors cannot be used.
    """
    check = VectorCheck(encoder.name)
    roles = dict.fromkeys(role.seen_by(encoder) for role in PROBE_ROLES)
    parts = [check(encoder.encode(PROBE_TEXTS, role), PROBE_TEXTS).vectors for role in roles]
    return {exit_: np.concatenate([part[exit_] for part in parts]) for exit_ in parts[0]}


def probe_scorer(scorer: LexicalScorer) -> str:
    """Return a digest of the scores that a scorer without vectors gives the fixed texts, each as a query."""
    blocks = scorer.score_blocks(PROBE_TEXTS, PROBE_TEXTS)
    return digest("scores", [np.asarray(block, dtype=np.float32).tolist() for block in blocks])


def find_store(folder: Path, encoder: Encoder) -> Store:
    """Return the store of the model that an encoder is now; the caller holds the folder of its identity.

    Vectors of a changed model are kept: if the model is changed back, they are found again.

    Parameters
    ----------
    folder
        Where stores lie.
    encoder
        Encodes the probe texts once.
    """
    probe = probe_model(encoder)
    for number in itertools.count(1):
        identity = encoder.identity if number == 1 else f"{encoder.identity}-{number}"
        stored = folder / identity / PROBE_NAME
        if not stored.is_file():
            is_unproven = any((folder / identity).glob("part-*.parquet"))
            _write(stored, probe)
            return Store(identity, probe, number > 1, is_unproven)
        known = _read(stored)
        if agree(known, probe):
            if more := {exit_: vectors for exit_, vectors in probe.items() if _says_more(vectors, known.get(exit_))}:
                _write(stored, {**known, **more})
            return Store(identity, probe, is_new=False, is_unproven=False)
    raise AssertionError("numbers have no end")


def drop_vectors(store: Path) -> None:
    """Remove all vectors of a store."""
    for part in store.glob("part-*.parquet"):
        part.unlink()


def agree(known: Probe, probe: Probe) -> bool:
    """Return whether two probes are of one model, as far as their exits are the same."""
    return all(_near(known[exit_], vectors) for exit_, vectors in probe.items() if exit_ in known)


def _says_more(vectors: Vectors, known: Vectors | None) -> bool:
    return known is None or len(vectors) > len(known)


def _near(known: Vectors, vectors: Vectors) -> bool:
    if known.shape[1] != vectors.shape[1]:
        return False
    # Earlier versions probed in the first role only.
    roles = min(len(known), len(vectors))
    known, vectors = known[:roles], vectors[:roles]
    distances = np.linalg.norm(vectors - known, axis=1)
    return bool((distances <= MOST_DISTANCE * np.linalg.norm(known, axis=1)).all())


def _write(path: Path, probe: Probe) -> None:
    columns = {
        f"exit_{exit_}": pa.FixedSizeListArray.from_arrays(
            pa.array(np.ascontiguousarray(vectors, dtype=np.float32).ravel()), vectors.shape[1]
        )
        for exit_, vectors in sorted(probe.items())
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(path, pa.table(columns))


def _read(path: Path) -> Probe:
    rows = read_file(path, fix="remove the folder that it is in: its texts are encoded again")
    probe = {}
    for name in rows.column_names:
        numbers = np.asarray(rows[name].combine_chunks().flatten(), dtype=np.float32)
        probe[int(name.removeprefix("exit_"))] = numbers.reshape(rows.num_rows, -1)
    return probe
