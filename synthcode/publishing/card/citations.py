"""What to cite: the dataset itself, the paper that described the method, and the benchmarks of the seeds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from synthcode.publishing.card.escaping import bibtex

MOSE = """\
@article{gurioli2025mose,
  title   = {{MoSE}: Hierarchical Self-Distillation Enhances Early Layer Embeddings},
  author  = {Gurioli, Andrea and Pennino, Federico and Monteiro, Jo{\\~a}o and Gabbrielli, Maurizio},
  journal = {arXiv preprint arXiv:2503.03008},
  year    = {2025}
}"""
"""The paper that described the method: one target language for each function, translated by a model."""


@dataclass(frozen=True)
class Benchmark:
    """A published benchmark that seeds come from."""

    hub: str
    """Its dataset on the Hub."""
    bibtex: str


BENCHMARKS = {
    "mbxp": Benchmark(
        "mxeval/mbxp",
        """\
@article{athiwaratkun2022multilingual,
  title   = {Multi-lingual Evaluation of Code Generation Models},
  author  = {Athiwaratkun, Ben and Gouda, Sanjay Krishna and Wang, Zijian and others},
  journal = {arXiv preprint arXiv:2210.14868},
  year    = {2022}
}""",
    ),
    "humaneval": Benchmark(
        "openai/openai_humaneval",
        """\
@article{chen2021evaluating,
  title   = {Evaluating Large Language Models Trained on Code},
  author  = {Chen, Mark and Tworek, Jerry and Jun, Heewoo and others},
  journal = {arXiv preprint arXiv:2107.03374},
  year    = {2021}
}""",
    ),
    "humaneval-x": Benchmark(
        "zai-org/humaneval-x",
        """\
@article{zheng2023codegeex,
  title   = {{CodeGeeX}: A Pre-Trained Model for Code Generation with Multilingual Evaluations on {HumanEval-X}},
  author  = {Zheng, Qinkai and Xia, Xiao and Zou, Xu and others},
  journal = {arXiv preprint arXiv:2303.17568},
  year    = {2023}
}""",
    ),
    "codesearchnet": Benchmark(
        "code-search-net/code_search_net",
        """\
@article{husain2019codesearchnet,
  title   = {{CodeSearchNet} Challenge: Evaluating the State of Semantic Code Search},
  author  = {Husain, Hamel and Wu, Ho-Hsiang and Gazit, Tiferet and Allamanis, Miltiadis and Brockschmidt, Marc},
  journal = {arXiv preprint arXiv:1909.09436},
  year    = {2019}
}""",
    ),
}
"""By what the column ``source`` calls it."""


def known_benchmarks(sources: Iterable[str]) -> list[Benchmark]:
    """Return the benchmarks among what seeds come from."""
    return [BENCHMARKS[name] for name in sorted(set(sources)) if name in BENCHMARKS]


def cite_dataset(title: str, creators: Sequence[str], version: str, tool_version: str) -> str:
    """Return the BibTeX entry of a dataset. It has no year: the same rows give the same card in any."""
    key = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "dataset"
    author = " and ".join(f"{{{bibtex(name)}}}" for name in creators)
    fields = {
        "title": f"{{{bibtex(title)}}}",
        **({"author": author} if author else {}),
        "version": bibtex(version),
        "note": f"Made with synthcode {bibtex(tool_version)}",
    }
    return "\n".join([f"@misc{{{key},", *(f"  {name:<7} = {{{value}}}," for name, value in fields.items()), "}"])
