"""The page itself: facts and packed rows in, HTML out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from synthcode.languages import LANGUAGES
from synthcode.reporting import lengths, pareto
from synthcode.reporting.funnel_flow import funnel_stream
from synthcode.reporting.inline_assets import PAGE, content_hash, inlined
from synthcode.reporting.report_content import Facts
from synthcode.reporting.sankey import draw
from synthcode.sanitize import short_name, visible
from synthcode.templates import environment
from synthcode.vocabulary import LEVEL_MEANINGS

STYLES = ("base.css", "report.css")
SCRIPTS = ("tokens.js", "rows.js", "view.js", "browser.js")


def render(facts: Facts, chunks: Iterable[str]) -> Iterator[str]:
    """Yield the page, piece by piece.

    Parameters
    ----------
    facts
        Its content.
    chunks
        Rows as ``synthcode.reporting.payload.pack`` packs them.
    """
    style, script = inlined(PAGE, STYLES), inlined(PAGE, SCRIPTS)
    pages = environment(PAGE, html=True)
    pages.filters |= {"visible": visible, "label": _label, "link": _link, "short": short_name}
    return pages.get_template("report.html.jinja").generate(
        facts=facts,
        counts=facts.counts,
        census=facts.census,
        chunks=chunks,
        style=style,
        script=script,
        style_hash=content_hash(style),
        script_hash=content_hash(script),
        sankey=draw(funnel_stream(facts.counts)),
        acceptance=facts.census.acceptance(),
        verdicts=_verdicts(facts),
        histograms=lengths.histograms(facts.census.lengths, facts.census.seed_lengths),
        plots=[pareto.plots(evaluation) for evaluation in facts.evaluations],
        pareto=pareto,
        lengths=lengths,
        level_meanings=LEVEL_MEANINGS,
        labels={name: language.label for name, language in LANGUAGES.items()},
    )


def _label(language: str) -> str:
    return LANGUAGES[language].label if language in LANGUAGES else language


def _link(filters: Mapping[str, str]) -> str:
    """Return the fragment that shows the rows with these values."""
    return "#" + urlencode(filters)


def _verdicts(facts: Facts) -> list[dict[str, Any]]:
    """Return a line for each verdict: what the gate said, by count, then what became of what it accepted."""
    counts: dict[tuple[bool, str], Counter[str]] = {}
    for outcome, count in facts.census.outcomes.items():
        counts.setdefault((outcome.accepted, outcome.verdict), Counter())[outcome.target_language] += count
    lines = [
        {"accepted": accepted, "name": name, "counts": by_language, "total": by_language.total()}
        for (accepted, name), by_language in counts.items()
    ]
    return sorted(lines, key=lambda line: (line["accepted"], line["name"] == "kept", -line["total"], line["name"]))
