from __future__ import annotations

import re
from dataclasses import replace

from markdown_it import MarkdownIt

from synthcode.publishing.card.card import BEGIN, END, render_card, render_licenses
from synthcode.publishing.card.facts import Direction, DirectionCounts
from synthcode.publishing.card.yaml.front_matter import front_matter
from tests.support.datasets.dataset_card import FACTS, HOSTILE, named

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def lines(**changes: object) -> list[str]:
    return render_card(replace(FACTS, **changes)).splitlines()


def test_people_keep_what_they_write_around_the_marks() -> None:
    text = render_card(FACTS)
    head, begin, body = text.partition(f"\n\n{BEGIN}\n\n# ")
    assert begin
    assert head == f"---\n{front_matter(FACTS)}\n---"
    assert body.endswith(f"\n\n{END}\n")


def test_it_tells_what_became_of_every_row() -> None:
    card = lines()
    for line in (
        "9 seeds were read; other rows were rejected: 2 `empty_code`. "
        "1 were removed as duplicates before translation. 3 are in the dataset.",
        "|  | C++ | all |",
        "| failed | 1 | 1 |",
        "| rejected: `refusal` | 2 | 2 |",
        "| accepted | 5 | 5 |",
        "| near duplicates | 1 | 1 |",
        "| **kept** | **4** | **4** |",
    ):
        assert line in card
    assert not [line for line in card if line.startswith(("| pending", "| contaminated"))]


def test_it_tells_configurations_directions_verification_and_licences() -> None:
    card = lines()
    for line in (
        "| `qrels` | a relevance judgement: this document answers that query | 1,234 | 4 | 0 |",
        "| `score` | int8 | 1: relevant. |",
        "| into | from Python |",
        "| C++ | 4 (71%) |",
        "| C++ | 1 | 0 | 3 |",
        "- `checked`: a parser of the language's own toolchain accepts it, and no types were checked.",
        "- `compiled`: a compiler of the language resolved all its names and types.",
        "| [MIT](https://spdx.org/licenses/MIT.html) | 3 |",
        f"| `mbpp.jsonl.gz` | `{'0' * 64}` |",
    ):
        assert line in card
    assert "journal = {arXiv preprint arXiv:2210.14868}," in "\n".join(card)


def test_a_matrix_has_every_source_and_says_where_nothing_was_asked() -> None:
    directions = {
        Direction("python", "cpp"): DirectionCounts(7, 5, 4),
        Direction("java", "go"): DirectionCounts(2, 1, 1),
    }
    funnel = {**FACTS.funnel, "by_language": {"cpp": FACTS.funnel, "go": FACTS.funnel}}
    card = lines(directions=directions, funnel=funnel)
    assert "| into | from Java | from Python |" in card
    assert "| C++ | – | 4 (71%) |" in card
    assert "| Go | 1 (50%) | – |" in card
    assert "| **all** | **1** | **4** |" in card


def test_compilers_and_benchmarks_are_told_of_where_there_are_some() -> None:
    assert "No compiler was used" in "\n".join(lines())
    assert "The programs were not compared with any published benchmark" in "\n".join(lines())
    found = {"rows": 164, "rows_hit": 1, "seeds": 2, "translations": {"cpp": 1, "go": 3}}
    card = lines(compilers={"cpp": "g++ 13"}, benchmarks={"humaneval": found})
    assert "| C++ | `g++ 13` | 1 | 0 | 3 |" in card
    assert "| humaneval | 164 | 1 | 2 | 4 |" in card


def test_a_parser_is_not_called_a_compiler() -> None:
    php = {"compilers": {"cpp": "php -l: PHP 8.2"}, "verification": {"cpp": {"checked": 4}}}
    card = lines(**php)
    assert "| | compiler or parser | `syntax` | `checked` | `compiled` |" in [" ".join(line.split()) for line in card]
    assert "| C++ | `php -l: PHP 8.2` | 0 | 4 | 0 |" in card


def test_it_shows_a_pair_with_its_text() -> None:
    card = "\n".join(lines())
    assert "training split. Its text: Return one.\n\n```python\ndef f():\n    return 1\n```\n\n```cpp\n" in card
    assert "training split. Its text" not in "\n".join(lines(example=None))


def test_tests_are_told_of_where_they_were_run() -> None:
    assert "No program was run." in "\n".join(lines())
    assert "**Meaning is untested.**" in "\n".join(lines())
    card = "\n".join(lines(verification={"cpp": {"syntax": 1, "tested": 3}}, runners={"cpp": "g++ 13"}))
    assert "gate, 3 of them passed tests as well, duplicates were removed" in card
    assert "5. **Tests**: " in card
    assert "| C++ | `g++ 13` | 1 | 0 | 0 | 3 |" in card
    assert "**Tests are few.**" in card
    assert "No program was run" not in card
    assert "Meaning is untested" not in card


def test_levels_are_not_listed_that_nothing_could_reach() -> None:
    card = "\n".join(lines(verification={"cpp": {"syntax": 4}}))
    assert "- `syntax`: the gate parses it." in card
    assert "`checked`" not in card
    assert "`compiled`" not in card


def test_a_mix_of_licences_is_called_a_mix() -> None:
    facts = replace(FACTS, licenses={"Ours": 2, "": 5})
    for text in (render_card(facts), render_licenses(facts)):
        assert "mix" in text.lower()
        assert "| none named | 5 |\n| Ours | 2 |" in text
    assert "mix" not in render_card(FACTS).lower()


def test_nothing_from_outside_becomes_markup() -> None:
    card = render_card(named(HOSTILE))
    front, _, body = card.removeprefix("---\n").partition("\n---\n")
    assert "---" not in front.splitlines()
    assert [line for line in body.splitlines() if "<!--" in line] == [BEGIN, END]
    tokens = MARKDOWN.parse(body)
    expected = MARKDOWN.parse(render_card(named("harmless")).partition("\n---\n")[2])
    # As many headings, lists, cells and blocks as with harmless names: none was opened, none was lost.
    assert [token.type for token in tokens] == [token.type for token in expected]
    inline = [child for token in tokens for child in token.children or []]
    assert {child.content for child in inline if child.type == "html_inline"} <= {"<code>", "</code>"}
    blocks = "".join(token.content for token in tokens if token.type == "html_block")
    assert set(re.findall(r"</?([\w-]+)", blocks)) <= {"details", "summary", "code"}
    links = {child.attrGet("href") for child in inline if child.type == "link_open"}
    assert {link.split("/")[2] for link in links} <= {"mlcommons.org", "spdx.org"}


def test_an_empty_dataset_has_a_card_as_well() -> None:
    card = lines(directions={}, verification={}, licenses={}, sources={}, inputs={}, turns={}, about="")
    assert "| **all** |" in card
    assert "| C++ | 0 |" in card


def test_the_same_facts_give_the_same_bytes() -> None:
    assert render_card(named(HOSTILE)) == render_card(named(HOSTILE))
