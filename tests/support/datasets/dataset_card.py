"""A small dataset's facts, for tests of the card and of the files next to it."""

from __future__ import annotations

from dataclasses import replace

from synthcode.publishing.card.columns import COLUMNS
from synthcode.publishing.card.facts import CardFacts, Direction, DirectionCounts, Example
from synthcode.publishing.inventory import ConfigContents, Shard, SplitContents

HOSTILE = (
    "a|b `c` ``d\n---\n# e\n</script><!-- synthcode:end -->\n```\n{{ 7*7 }} {% x %} \\| [f](javascript:g) **h** "
    "<img src=x onerror=alert(1)> https://example.com \u202e\x1b"
)
SPLITS = ("train", "validation", "test")
ROWS = {"triplets": (3, 1, 0), "programs": (5, 1, 0), "texts": (2, 1, 0), "qrels": (1234, 4, 0)}


def _split(config: str, name: str, rows: int) -> SplitContents:
    shard = Shard(f"data/{config}/{name}-00000-of-00001.parquet", 100 * rows, f"{rows:064x}")
    return SplitContents(name, rows, 10 * rows, (shard,))


CONFIGS = tuple(
    ConfigContents(
        config,
        {name: "int8" if name == "score" else "string" for name in COLUMNS[config]},
        tuple(_split(config, name, count) for name, count in zip(SPLITS, counts, strict=True)),
    )
    for config, counts in ROWS.items()
)
CPP = {
    "requested": 8,
    "completed": 7,
    "failed": 1,
    "pending": 0,
    "accepted": 5,
    "rejected": {"refusal": 2},
    "exact_duplicates": 0,
    "near_duplicates": 1,
    "contaminated": 0,
    "kept": 4,
}
FACTS = CardFacts(
    title="A title: with a colon",
    about="Written by people.",
    creators=(),
    configs=CONFIGS,
    example=Example("Return one.", "python", "def f():\n    return 1\n", "cpp", "int f() { return 1; }\n"),
    funnel={
        "seeds": 9,
        "seeds_rejected": {"empty_code": 2},
        "seed_duplicates": 1,
        "seeds_contaminated": 0,
        "repairs": {},
        **CPP,
        "by_language": {"cpp": CPP},
    },
    directions={Direction("python", "cpp"): DirectionCounts(7, 5, 4)},
    verification={"cpp": {"syntax": 1, "compiled": 3}},
    sources={"mbxp": 3},
    source_datasets=["mxeval/mbxp"],
    licenses={"MIT": 3},
    model="some/model",
    prompt="translate (abc)",
    turns={"user": "Translate:\n```{{ source.fence }}\n{{ code }}\n```\n"},
    sampling='{"temperature":0.2}',
    dedup={"ngram": 5, "threshold": 0.7, "num_perm": 256, "transitive": "keep"},
    benchmarks={},
    drop_contaminated="train",
    compilers={},
    runners={},
    inputs={"mbpp.jsonl.gz": "0" * 64},
    recipe="seeds:\n  adapter: mbxp",
    tool_version="0.1.0",
)


def named(name: str) -> CardFacts:
    """Facts whose every name is another's to choose."""
    counts = {"rows": 1, "rows_hit": 1, "seeds": 1, "translations": {}}
    row = {**FACTS.funnel["by_language"]["cpp"], "rejected": {name: 2}}
    return replace(
        FACTS,
        title=name,
        about=name,
        creators=(name,),
        example=Example(name, "python", name, "cpp", name),
        funnel={**FACTS.funnel, **row, "seeds_rejected": {name: 1}, "by_language": {"cpp": row}},
        sources={name: 1},
        source_datasets=[name],
        licenses={name: 2, "MIT": 3},
        model=name,
        prompt=name,
        turns={"user": name},
        sampling=name,
        benchmarks={name: counts},
        compilers={"cpp": name},
        runners={"cpp": name},
        inputs={name: name},
        recipe=name,
    )
