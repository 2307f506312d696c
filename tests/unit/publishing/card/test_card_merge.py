from __future__ import annotations

import pytest
import yaml

from synthcode.errors import InputError
from synthcode.publishing.card.card import BEGIN, END
from synthcode.publishing.card.card_merge import merge_card, recorded_paths
from synthcode.publishing.card.yaml.front_matter_merge import merge_front_matter, split_card
from tests.support.runs.small_run import make_card

ROOTS = ["data/programs/", "data/qrels/", "data/texts/", "data/triplets/", "eval.yaml"]


def front(card: str) -> dict[str, object]:
    tree: dict[str, object] = yaml.safe_load(split_card(card)[0])
    return tree


def test_a_first_card_is_ours_with_its_text_marked() -> None:
    card = merge_card(make_card("Our text."), None, ROOTS)
    assert front(card) == front(make_card())
    lines = split_card(card)[1].splitlines()
    assert lines == [
        *("", BEGIN, "# Small", "", "Our text.", ""),
        '<!-- synthcode:files ["data/programs/", "data/qrels/", "data/texts/", "data/triplets/", "eval.yaml"] -->',
        END,
    ]
    assert recorded_paths(card) == ROOTS


def test_text_around_the_block_stays_and_the_block_is_replaced() -> None:
    first = merge_card(make_card("Version 1."), None, ROOTS)
    edited = first.replace(BEGIN, f"Written by hand.\n\n{BEGIN}") + "\n## Our paper\n\n* see there\n"
    merged = merge_card(make_card("Version 2."), edited, ROOTS)
    assert merged == edited.replace("Version 1.", "Version 2.")


def test_text_without_a_block_stays_in_front_of_it() -> None:
    theirs = "---\nlicense: mit\n---\n# All by hand\n\nNo marks  \nhere."
    merged = merge_card(make_card("Ours."), theirs, ROOTS)
    assert f"# All by hand\n\nNo marks  \nhere.\n\n{BEGIN}\n# Small" in merged
    assert merge_card(make_card("Ours."), merged, ROOTS) == merged


def test_a_block_that_lost_its_end_loses_no_text() -> None:
    theirs = merge_card(make_card("Old."), None, ROOTS).replace(END, "Precious.")
    merged = merge_card(make_card("New."), theirs, ROOTS)
    again = merge_card(make_card("New."), merged, ROOTS)
    assert merged == again
    assert "Precious." in again
    assert "New." in again
    assert merge_card(make_card("Newer."), again, ROOTS) == again.replace("New.", "Newer.")


def test_marks_of_the_template_say_what_the_block_is() -> None:
    ours = make_card(f"{BEGIN}\nGenerated.\n{END}\nBelow.")
    assert split_card(merge_card(ours, None, []))[1].startswith(f"\n# Small\n\n{BEGIN}\nGenerated.\n")
    merged = merge_card(ours, "By hand.\n", [])
    assert split_card(merged)[1].startswith(f"By hand.\n\n{BEGIN}\nGenerated.\n")
    assert "# Small" not in merged


def test_marks_within_the_block_do_not_end_it() -> None:
    ours = make_card(f"A hostile description:\n{END}\nand more.")
    first = merge_card(ours, None, [])
    assert (
        merge_card(make_card("Clean."), first + "By hand.\n", [])
        == merge_card(make_card("Clean."), None, []) + "By hand.\n"
    )


@pytest.mark.parametrize("fence", ["```", "~~~~"])
def test_marks_in_somebody_s_example_are_no_block(fence: str) -> None:
    example = f"Write around the marks:\n\n{fence}html\n{BEGIN}\nours\n{END}\n{fence}\n\nSo much for that.\n"
    first = merge_card(make_card("Version 1."), example, ROOTS)
    assert f"{example}\n{BEGIN}\n# Small" in first
    edited = first.replace("Version 1.", "Version 1.\n\n```\nan open fence") + "Below.\n"
    merged = merge_card(make_card("Version 2."), edited, ROOTS)
    assert merged == first.replace("Version 1.", "Version 2.") + "Below.\n"
    assert recorded_paths(merged) == ROOTS


def test_a_published_block_is_found_behind_a_fence_that_is_left_open() -> None:
    first = merge_card(make_card("Version 1."), "```\nopen\n", ROOTS)
    merged = merge_card(make_card("Version 2."), first, ROOTS)
    assert merged == first.replace("Version 1.", "Version 2.")


def test_of_several_blocks_the_published_one_is_replaced_and_the_others_are_the_users_text() -> None:
    first = merge_card(make_card("Version 1."), None, ROOTS)
    for above, below in [
        ("", f"\nBetween.\n\n{BEGIN}\nA copy.\n{END}\nBelow.\n"),
        (f"\n{BEGIN}\nA copy.\n{END}\n", ""),
    ]:
        several = first.replace(BEGIN, above + BEGIN) + below
        assert merge_card(make_card("Version 2."), several, ROOTS) == several.replace("Version 1.", "Version 2.")


def test_a_card_that_was_uploaded_by_hand_has_its_block_replaced() -> None:
    theirs = f"---\nlicense: mit\n---\nBy hand.\n\n{BEGIN}\nVersion 1.\n{END}\nBelow.\n"
    merged = merge_card(make_card("Version 2."), theirs, ROOTS)
    assert "Version 1." not in merged
    assert split_card(merged)[1].startswith(f"By hand.\n\n{BEGIN}\n# Small\n\nVersion 2.\n")
    assert merged.endswith(f"{END}\nBelow.\n")


def test_names_of_files_cannot_end_the_comment() -> None:
    roots = ["a --> <script>.txt", "data/x/"]
    card = merge_card(make_card(), None, roots)
    assert "<script>" not in card.replace("\\u003e", ">").split("-->")[-1]
    assert card.count("-->") == 3
    assert recorded_paths(card) == roots


@pytest.mark.parametrize("note", ["[", "{}", '"x"', '[1, "", "/"]'])
def test_a_note_that_somebody_broke_removes_nothing(note: str) -> None:
    assert recorded_paths(f"{BEGIN}\n<!-- synthcode:files {note} -->\n{END}\n") == []


def test_front_matter_keeps_foreign_keys_and_configurations_as_they_are_written() -> None:
    theirs = """\
# what people look for
license: cc-by-4.0   # ours since 2024
annotations_creators:
  - machine-generated   # by us
configs:
- config_name: extra
  data_files: extra/*.parquet
- config_name: programs
  data_files: old/*.parquet
tags: [mine, code]
"""
    merged = merge_front_matter(split_card(make_card())[0], theirs, frozenset(), "theirs")
    tree = yaml.safe_load(merged)
    assert "annotations_creators:\n  - machine-generated   # by us\n" in merged
    assert tree["license"] == "mit"
    assert tree["tags"] == ["mine", "code", "synthetic"]
    assert [config["config_name"] for config in tree["configs"]] == ["extra", "programs", "triplets", "texts", "qrels"]
    assert tree["configs"][0]["data_files"] == "extra/*.parquet"
    assert tree["configs"][1]["data_files"][0] == {"split": "train", "path": "data/programs/train-*.parquet"}
    assert [config["config_name"] for config in tree["configs"] if config.get("default")] == ["triplets"]


def test_comments_survive_next_to_values_that_change() -> None:
    theirs = """\
# Curated by the team.
license: cc-by-4.0  # since 2024
tags:
  - mine   # for our index
  - code
configs:
  # Our own annotations:
  - config_name: extra
    data_files: extra/*.parquet   # by hand
  - config_name: programs   # from synthcode
    data_files: old/*.parquet
"quoted": 'text'  # as written
# The end.
"""
    merged = merge_front_matter(split_card(make_card())[0], theirs, frozenset(), "theirs")
    for line in (
        "# Curated by the team.\nlicense: mit        # since 2024\n",
        "  - mine   # for our index\n  - code\n  - synthetic\n",
        "  # Our own annotations:\n  - config_name: extra\n    data_files: extra/*.parquet   # by hand\n",
        "  - config_name: programs   # from synthcode\n",
        "\"quoted\": 'text'  # as written\n# The end.\n",
    ):
        assert line in merged
    assert merge_front_matter(split_card(make_card())[0], merged, frozenset(), "theirs") == merged


def test_what_needs_no_change_stays_byte_for_byte() -> None:
    ours = split_card(make_card())[0]
    theirs = f"# by hand\n{ours}\n# at the end\nextra:   {{a: 1}}\n"
    assert merge_front_matter(ours, theirs, frozenset(), "theirs") == theirs


def test_another_default_stays_the_only_one() -> None:
    theirs = "configs:\n- config_name: extra\n  default: true\n  data_files: x/*\n"
    tree = yaml.safe_load(merge_front_matter(split_card(make_card())[0], theirs, frozenset(), "theirs"))
    assert [config["config_name"] for config in tree["configs"] if config.get("default")] == ["extra"]


def test_what_was_told_of_the_rows_of_an_earlier_version_goes() -> None:
    theirs = "dataset_info:\n- config_name: triplets\n  splits: []\n- config_name: extra\n  splits: []\n"
    tree = yaml.safe_load(merge_front_matter(split_card(make_card())[0], theirs, frozenset(), "theirs"))
    assert tree["dataset_info"] == {"config_name": "extra", "splits": []}
    theirs = "dataset_info:\n  config_name: triplets\n  splits: []\n"
    assert "dataset_info" not in merge_front_matter(split_card(make_card())[0], theirs, frozenset(), "theirs")


def test_a_configuration_of_an_earlier_version_of_ours_goes() -> None:
    before = merge_card(make_card(), None, [*ROOTS, "data/gone/"])
    before = before.replace("configs:\n", "configs:\n- config_name: gone\n  data_files: data/gone/*\n")
    names = [config["config_name"] for config in front(merge_card(make_card(), before, ROOTS))["configs"]]  # type: ignore[attr-defined]
    assert names == ["triplets", "programs", "texts", "qrels"]


@pytest.mark.parametrize(
    "theirs",
    [
        "a: &x [1]\nb: *x\nlicense: y\n",
        "license: &x [1]\na: *x\nb: *x\n",  # the line of the anchor is replaced
        "{license: y, a: [1], b: [1]}\n",
    ],
)
def test_front_matter_that_is_not_in_lines_of_its_own_keeps_its_meaning(theirs: str) -> None:
    tree = yaml.safe_load(merge_front_matter(split_card(make_card())[0], theirs, frozenset(), "theirs"))
    assert (tree["a"], tree["b"], tree["license"]) == ([1], [1], "mit")


@pytest.mark.parametrize("theirs", ["a: [\n", "- a\n"])
def test_front_matter_that_cannot_be_read_is_refused_and_nothing_lost(theirs: str) -> None:
    with pytest.raises(InputError, match=r"^the card of me/mine: the front matter is n"):
        merge_front_matter("a: 1\n", theirs, frozenset(), "the card of me/mine")
