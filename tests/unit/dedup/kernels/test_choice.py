"""The loops of whole arrays compute what the compiled ones do, bit by bit, and few programs compile nothing."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from synthcode.dedup.kernels import arrays, compiled
from synthcode.dedup.kernels.choice import _Kernels
from synthcode.dedup.texts import Texts

TEXTS = st.lists(st.text("ab\n é日🙂", max_size=40), min_size=1, max_size=6)
LONG = "".join(chr(40 + place * place % 3001) for place in range(3000))


def texts(*values: str) -> Texts:
    return Texts.of(pa.array(values, pa.large_string()))


def sketched(module: object, given: Texts, ngram: int, num_perm: int, random_seed: int) -> list[object]:
    signatures = np.full((given.size, num_perm), 7, dtype=np.uint8)
    sizes = np.full(given.size, -1, dtype=np.int64)
    module.sketch_texts(*given, ngram, random_seed, signatures, sizes)  # type: ignore[attr-defined]
    keys = np.zeros((num_perm // 3, given.size), dtype=np.uint32)
    module.hash_bands(signatures, 3, keys)  # type: ignore[attr-defined]
    return [signatures.tolist(), sizes.tolist(), keys.tolist()]


@pytest.mark.slow
@pytest.mark.parametrize(("ngram", "num_perm", "random_seed"), [(5, 256, 0), (1, 16, 3), (8, 100, 2**40)])
@settings(max_examples=40, deadline=None)
@example(values=["", "abcd"])
@example(values=[LONG, "a" * 50, LONG[:700], LONG[300:]])
@given(values=TEXTS)
def test_signatures_and_bands_are_equal(values: list[str], ngram: int, num_perm: int, random_seed: int) -> None:
    one, other = (sketched(module, texts(*values), ngram, num_perm, random_seed) for module in (arrays, compiled))
    assert one == other


@pytest.mark.slow
@pytest.mark.parametrize("ngram", [1, 5])
@settings(max_examples=40, deadline=None)
@example(values=[LONG, LONG[:2900], LONG[100:], "abc", ""])
@given(values=TEXTS)
def test_similarities_and_agreement_are_equal(values: list[str], ngram: int) -> None:
    left, right = np.divmod(np.arange(len(values) ** 2), len(values))
    one, other = (
        module.jaccard_similarities(*texts(*values), left, right, ngram).tolist() for module in (arrays, compiled)
    )
    assert one == other
    signatures = np.frombuffer((LONG * 2).encode()[: 64 * len(values)], dtype=np.uint8).reshape(len(values), 64) & 3
    one, other = (module.count_agreement(signatures, left, right).tolist() for module in (arrays, compiled))
    assert one == other


def test_no_pairs_have_no_similarities() -> None:
    nothing = np.empty(0, dtype=np.int64)
    assert arrays.jaccard_similarities(*texts("abcdef"), nothing, nothing, 5).tolist() == []


def test_many_small_searches_are_compiled_as_one_large_one_is() -> None:
    choice = _Kernels()
    assert choice.for_work(5_000_000) is arrays
    assert choice.are_compiled_for(5_000_000)
    assert not choice.are_compiled_for(1_000_000)
    assert choice.for_work(5_000_000) is compiled
    assert choice.for_work(1) is compiled


def test_few_programs_are_compared_without_a_compiler() -> None:
    code = """
import sys
import pyarrow as pa
from synthcode.dedup.config import DedupConfig
from synthcode.dedup.duplicates import cluster_programs
from synthcode.schemas.tables import PROGRAMS
code = [f"def f{n % 50}(x):\\n    return x + {n % 50} * sum(range(x))" for n in range(100)]
rows = [dict(program_id=str(n), seed_id=str(n), language="python", origin="seed", code=code[n]) for n in range(100)]
found = cluster_programs([pa.Table.from_pylist(rows, schema=PROGRAMS)], DedupConfig())
assert len(found.dropped) >= 50 and found.compared
print("numba" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
