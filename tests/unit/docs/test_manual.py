"""The manual: generated pages are current, links resolve, and every command and public name has a place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from markdown_it import MarkdownIt

import synthcode
from docs.generate import DOCS, PAGES
from docs.generators import docstrings, recipe_page, result_columns, rooms, tables_page
from synthcode.pipelines.main import COMMANDS
from synthcode.schemas import results
from synthcode.vocabulary import GATE_REASONS, LEVELS, METRICS, SEED_REASONS, SPLITS, TASKS, VARIANTS

ROOT = DOCS.parent
HANDWRITTEN = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "AGENTS.md") if (ROOT / name).exists()]
MARKDOWN = [*HANDWRITTEN, *sorted(DOCS.rglob("*.md"))]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES)
def test_generated_pages_are_current(page: str) -> None:
    assert (DOCS / page).read_text("utf-8") == PAGES[page](), "run: python -m docs.generate"


def test_every_command_has_its_section_and_is_used_in_a_page_that_people_wrote() -> None:
    reference = (DOCS / "reference" / "cli.md").read_text("utf-8")
    assert [name for name in COMMANDS if f"\n## {name}\n" not in reference] == []
    written = "".join(path.read_text("utf-8") for path in MARKDOWN if name_of(path).removeprefix("docs/") not in PAGES)
    assert [name for name in COMMANDS if f"synthcode {name}" not in written] == []


def test_every_public_name_is_in_the_manual() -> None:
    manual = "".join(path.read_text("utf-8") for path in MARKDOWN)
    assert [name for name in getattr(synthcode, "__all__", ()) if not re.search(rf"\b{name}\b", manual)] == []


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("how-to/gate.md", (*GATE_REASONS, *LEVELS)),
        ("how-to/seeds.md", SEED_REASONS),
        ("how-to/reading_scores.md", (*METRICS, *VARIANTS, *TASKS)),
        ("how-to/inspect.md", SPLITS),
    ],
)
def test_closed_lists_are_explained_in_full(page: str, names: tuple[str, ...]) -> None:
    text = (DOCS / page).read_text("utf-8")
    assert [name for name in names if not re.search(rf"\b{re.escape(name)}\b", text)] == []


def test_every_page_is_in_the_navigation_once() -> None:
    def pages(node: Any) -> list[str]:
        if isinstance(node, str):
            return [node]
        return [page for child in (node.values() if isinstance(node, dict) else node) for page in pages(child)]

    listed = pages(yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"])
    assert sorted(listed) == sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page's headings, as Python-Markdown and GitHub both write them for plain headings."""
    tokens = MarkdownIt().parse(path.read_text("utf-8"))
    titles = [tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.replace("`", "")).strip().lower().replace(" ", "-") for title in titles}


def targets(path: Path) -> list[str]:
    """Return what a page links to and shows."""
    tokens = MarkdownIt().enable("table").parse(path.read_text("utf-8"))
    inner = [child for token in tokens for child in token.children or ()]
    found = [token.attrGet("href") or token.attrGet("src") for token in inner if token.type in ("link_open", "image")]
    return [str(target) for target in found if target]


@pytest.mark.parametrize("path", MARKDOWN, ids=name_of)
def test_links_resolve(path: Path) -> None:
    for target in targets(path):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        linked = (path.parent / name).resolve() if name else path
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), target


def test_files_that_the_architecture_page_names_exist() -> None:
    named = re.findall(r"`([a-z_]+/[\w/.-]+?)/?`", (DOCS / "architecture.md").read_text("utf-8"))
    assert len(named) > 30
    assert [name for name in named if not (ROOT / name).exists()] == []


@dataclass(frozen=True)
class Documented:
    """Two fields, one of them with a sentence."""

    first: int = 0
    """The first
    of them."""
    second: int = 0


def test_a_key_without_a_sentence_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert docstrings.of_class(Documented) == {"first": "The first of them."}
    monkeypatch.setattr(recipe_page, "Recipe", Documented)
    with pytest.raises(recipe_page.UndocumentedKeyError, match=r"second: write a docstring under Documented\.second"):
        recipe_page.render()


def test_the_drawing_has_every_room_and_only_arrows_downwards() -> None:
    level = {room: depth for depth, floor in enumerate(rooms.floors()) for room in floor}
    assert {
        path.stem for path in (ROOT / "synthcode").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    } - {"__init__"} == set(level)
    assert all(level[above] < level[below] for above in level for below in rooms.imports()[above])
    assert rooms.render_svg().count("<rect ") == len(level)


def test_every_table_of_results_has_its_columns_in_the_manual() -> None:
    declared = {name for name, value in vars(results).items() if isinstance(value, pa.Schema)}
    assert declared == set(result_columns.TABLES)
    text = tables_page.render()
    for name in ("pair_scores.parquet", "metrics.csv", "ranks_graded.parquet"):
        assert f"### `{name}`" in text
    assert "| `predicted` | int8 | 1 if the score reaches the threshold that validation chose. |" in text
