from __future__ import annotations

from synthcode.publishing.card.citations import cite_dataset, known_benchmarks
from tests.support.datasets.dataset_card import HOSTILE


def test_a_dataset_is_cited_by_title_and_version() -> None:
    assert cite_dataset("My pairs: C & Go", ["Ada L.", "Grace {H}"], "0.1.0+abc", "0.1.0").splitlines() == [
        "@misc{my-pairs-c-go,",
        r"  title   = {{My pairs: C \& Go}},",
        "  author  = {{Ada L.} and {Grace H}},",
        "  version = {0.1.0+abc},",
        "  note    = {Made with synthcode 0.1.0},",
        "}",
    ]
    assert "author" not in cite_dataset("许可", [], "1", "1")
    assert cite_dataset("许可", [], "1", "1").startswith("@misc{dataset,\n")


def test_no_title_closes_the_entry() -> None:
    entry = cite_dataset(HOSTILE, [HOSTILE], "1", "1")
    assert entry.count("{") == entry.count("}")
    assert len(entry.splitlines()) == 6


def test_only_what_is_known_is_cited() -> None:
    assert [benchmark.hub for benchmark in known_benchmarks(["table", "mbxp", "mbxp"])] == ["mxeval/mbxp"]
