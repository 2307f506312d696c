"""Read a run: its counts, its tables, and why rows were rejected.

python examples/read_a_run.py RUN
"""

from __future__ import annotations

import sys
from collections import Counter

import synthcode

run = synthcode.open_run(sys.argv[1] if len(sys.argv) > 1 else "runs/quickstart")
print("tables:", ", ".join(run.tables))
for reason, count in run.status()["rejected"].items():
    print(f"{reason}: {count}")
for row in run.rows().slice(0, 3).to_pylist():
    print(f"{row['verdict']} ({row['target_language']}): {row['detail']}")
pairs = run.dataframe("triplets", split="train")
print(Counter(zip(pairs["language1_CSN"], pairs["language2"], strict=True)).most_common(3))
