"""Score any function from texts to vectors on pairs of clones, and test whether it beats BM25.

python examples/score_clones.py [RUN]

RUN has pairs after ``synthcode build RUN --clones``. Without it, the quickstart's pairs are built.
"""

from __future__ import annotations

import re
import sys
import zlib

import numpy as np
import numpy.typing as npt

import synthcode


def encode(texts: list[str]) -> npt.NDArray[np.float32]:
    """Hash the words of each text into 256 numbers: replace this by your model."""
    vectors = np.full((len(texts), 256), 1e-3, dtype=np.float32)
    for row, text in enumerate(texts):
        for word in re.findall(r"\w+", text.lower()):
            vectors[row, zlib.crc32(word.encode()) % 256] += 1
    return vectors


if len(sys.argv) > 1:
    dataset = sys.argv[1]
else:
    dataset = str(synthcode.run("quickstart", "runs/clones", overrides={"build.clones": True}).path)
mine = synthcode.evaluate_clones(dataset, encode, label="hashed words")
bm25 = synthcode.evaluate_clones(dataset, "bm25")
for metric in ("AP", "F1"):
    for mean in mine.means(metric):
        print(f"{mean['variant']}: {metric} {mean['value']:.3f} ({mean['lo']:.3f} to {mean['hi']:.3f})")
for one in synthcode.compare(mine, bm25):
    print(f"{one.first.variant}: AP {one.difference.value:+.3f} against BM25, p = {one.p_holm:.3f}")
for warning in mine.warnings():
    print(f"warning: {warning}")
