"""Every reader of foreign bytes: its corpus in the default run, and new inputs for as long as there is time.

``SYNTHCODE_FUZZ_SECONDS=60 pytest -m fuzz tests/fuzz`` gives each target a minute of new inputs. What it finds goes
into ``tests/fuzz/corpus/TARGET/``. ``SYNTHCODE_FUZZ_SEED=0`` repeats one sequence of inputs, as CI does: CI then fails
for a change, not for a draw.
"""

from __future__ import annotations

import itertools
import os
import random
import resource
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.fuzz.targets import Target, targets

CORPUS = Path(__file__).parent / "corpus"
SECONDS = float(os.environ.get("SYNTHCODE_FUZZ_SECONDS", "10"))
RANDOM_SEED = int(os.environ.get("SYNTHCODE_FUZZ_SEED", random.SystemRandom().randrange(1 << 32)))
INPUT_SECONDS = 20.0
"""Processor time of one input, which is at most some kilobytes."""
MEMORY = 1 << 30
"""What all inputs of a target may add to the process, in bytes."""
TARGETS = targets()
TOKENS = [
    *(b"\xff", b"\x00", b"\n", b'"', b"'", b"{", b"}", b"[" * 100, b"&a ", b"*a", b": ", b"- ", b"---\n", b"```\n"),
    *(b"9" * 5_000, b"-1", b"1e999", b"NaN", b"null", b"true", b"\\ud800", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r"),
    *(b"{{ ", b" }}", b"{% ", b" %}", b"~~~\n", b"<think>", b"<code>", b" " * 3_000, b"a" * 3_000, b"~" * 3_000),
]


def read(target: Target, data: bytes) -> None:
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        target.read(data, Path(folder))
    assert time.process_time() - started < INPUT_SECONDS


def inputs(target: Target) -> st.SearchStrategy[bytes]:
    """Return arbitrary bytes, and sound input with some places overwritten, cut out, repeated or put in."""

    def changed(sample: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
        for place, length, put in edits:
            start = int(place * len(sample))
            sample = sample[:start] + put + sample[start + length :]
        return sample

    put = st.one_of(st.sampled_from(TOKENS), st.binary(max_size=4))
    edits = st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0, 0, 1, 4, 50]), put), min_size=1, max_size=6)
    return st.one_of(st.binary(max_size=300), st.builds(changed, st.sampled_from(target.samples), edits))


@pytest.mark.parametrize(
    "path", [path for name in TARGETS for path in sorted((CORPUS / name).glob("*"))], ids=lambda path: str(path.name)
)
def test_known_inputs_are_read_or_refused(path: Path) -> None:
    read(TARGETS[path.parent.name], path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_sound_input_is_read(name: str) -> None:
    for sample in TARGETS[name].samples:
        read(TARGETS[name], sample)


@pytest.mark.fuzz
@pytest.mark.parametrize("name", TARGETS)
def test_new_inputs_are_read_or_refused(name: str) -> None:
    target = TARGETS[name]

    def try_some(random_seed: int) -> None:
        @seed(random_seed)
        @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(inputs(target))
        def try_inputs(data: bytes) -> None:
            read(target, data)

        try_inputs()

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    end = time.monotonic() + SECONDS
    for turn in itertools.count():
        if time.monotonic() > end:
            break
        try_some(RANDOM_SEED + turn)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < MEMORY
