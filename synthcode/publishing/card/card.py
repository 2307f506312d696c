"""The dataset card: front matter that machines read, and text that people read."""

from __future__ import annotations

from synthcode.languages import LANGUAGES
from synthcode.markdown import code, fenced, prose
from synthcode.publishing.card import tables
from synthcode.publishing.card.citations import MOSE, cite_dataset, known_benchmarks
from synthcode.publishing.card.facts import CardFacts
from synthcode.publishing.card.licenses import MIX, hub_license
from synthcode.publishing.card.yaml.front_matter import front_matter
from synthcode.sanitize import visible
from synthcode.templates import environment, template_folder

BEGIN = "<!-- synthcode:begin -->"
END = "<!-- synthcode:end -->"
"""Each on a line of its own, around what is generated. What people write around them stays theirs."""


def render_card(facts: CardFacts) -> str:
    """Return ``README.md``: the same facts give the same bytes."""
    return _render("dataset.md.jinja", facts)


def render_licenses(facts: CardFacts) -> str:
    """Return ``LICENSE.md``, which a card points to where no single licence of the Hub's list says it all."""
    return _render("licenses.md.jinja", facts)


def _render(name: str, facts: CardFacts) -> str:
    jinja = environment(template_folder("data_cards"))
    jinja.filters |= {
        "prose": prose,
        "code": code,
        "fenced": fenced,
        "program": _program,
        "labels": _labels,
        "count": "{:,}".format,
    }
    citations = [
        cite_dataset(facts.title, facts.creators, facts.version, facts.tool_version),
        MOSE,
        *(benchmark.bibtex for benchmark in known_benchmarks(facts.sources)),
    ]
    text = jinja.get_template(name).render(
        facts=facts,
        front_matter=front_matter(facts),
        begin=BEGIN,
        end=END,
        is_mix=hub_license(facts.licenses).name == MIX,
        citations="\n\n".join(citations),
        tables=tables,
    )
    return text.rstrip() + "\n"


def _program(text: str, language: str) -> str:
    """Return a program of the dataset as a block of code that shows every character."""
    return fenced(visible(text), LANGUAGES[language].fence)


def _labels(names: list[str]) -> str:
    """Return languages as people list them: ``C, Java and Rust``."""
    *most, last = [LANGUAGES[name].label for name in names] or ["no language"]
    return f"{', '.join(most)} and {last}" if most else last
