"""Load one retrieval task as the dicts that pytrec_eval, ranx and BEIR take.

python examples/load_a_task.py RUN
"""

from __future__ import annotations

import sys

import synthcode

dataset = sys.argv[1] if len(sys.argv) > 1 else "runs/quickstart"
benchmark = synthcode.load_benchmark(dataset)
print("languages:", ", ".join(benchmark.languages))
corpus_language = benchmark.languages[0]
task = synthcode.load_task(dataset, corpus_language, variant="anonymous")  # queries in words
print(f"{len(task.queries)} queries, {len(task.corpus)} documents in {corpus_language}")
query, answers = next(iter(task.qrels.items()))
print(task.queries[query])
print(task.corpus[next(iter(answers))])
