"""Documents: parts that belong together and parts that do not, in one window."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from synthcode.evaluation.training.pretraining.packing import (
    Document,
    HalvesPacking,
    LanguagePacking,
    RepositoryPacking,
    Window,
)
from synthcode.evaluation.training.pretraining.snippets import Snippet

WINDOW = Window(room=20, separator=1)


def encoded(repositories: dict[str, Sequence[int]], language: str = "python") -> list[tuple[Snippet, list[int]]]:
    """Snippets whose tokens name them: hundreds say which repository, the rest which snippet."""
    return [
        (Snippet(name, language, f"{name} {number}"), [100 * (place + 1) + number] * length)
        for place, (name, lengths) in enumerate(repositories.items())
        for number, length in enumerate(lengths)
    ]


def documents(packing: RepositoryPacking | HalvesPacking | LanguagePacking, belongs: bool, count: int = 200):
    return [packing.document(np.random.default_rng([7, number]), belongs=belongs) for number in range(count)]


def repositories_of(document: Document) -> list[int]:
    return [part[0] // 100 for part in document.parts]


def test_parts_fill_the_window_with_separators_and_long_ones_are_cut() -> None:
    assert Window(20, 1).longest == 9
    assert Window(20, 1).filled([[1] * 30, [2] * 4, [3] * 30, [4]]) == [[1] * 9, [2] * 4, [3] * 5]
    assert Window(20, 1).size([[1] * 9, [2] * 4, [3] * 5]) == 20
    assert Window(20, 0).filled([[1] * 30, [2] * 30, [3]]) == [[1] * 10, [2] * 10]


def test_documents_that_belong_together_are_of_one_repository_without_repeats() -> None:
    packing = RepositoryPacking(encoded({"a": [4, 5, 6, 7], "b": [3, 3, 3], "c": [8]}), WINDOW)
    for document in documents(packing, belongs=True):
        assert len(set(repositories_of(document))) == 1
        assert len(document.parts) > 1
        assert len({part[0] for part in document.parts}) == len(document.parts)
        assert WINDOW.size(document.parts) <= 20


def test_documents_that_do_not_begin_with_one_repository_and_go_on_with_others() -> None:
    packing = RepositoryPacking(encoded({"a": [4, 5, 6, 7], "b": [3, 3, 3], "c": [8]}), WINDOW)
    seen = set()
    for document in documents(packing, belongs=False):
        first, *rest = repositories_of(document)
        foreign = [one for one in rest if one != first]
        assert foreign
        assert rest[-len(foreign) :] == foreign
        seen.add((first, foreign[0]))
    assert seen == {(1, 2), (1, 3), (2, 1), (2, 3)}


def test_both_kinds_are_of_the_same_length_but_for_a_separator_at_the_end() -> None:
    packing = RepositoryPacking(encoded({"a": [2, 3], "b": [9, 9, 9], "c": [1, 1, 1, 1, 1]}), Window(30, 1))
    for one, other in zip(documents(packing, belongs=True), documents(packing, belongs=False), strict=True):
        assert 0 <= Window(30, 1).size(one.parts) - Window(30, 1).size(other.parts) <= 1


def test_languages_are_not_mixed() -> None:
    python = encoded({"a": [5, 5], "b": [5, 5]})
    java = [(s._replace(language="java"), [-token for token in tokens]) for s, tokens in python]
    packing = RepositoryPacking([*python, *java], WINDOW)
    for document in documents(packing, belongs=False):
        assert len({part[0] > 0 for part in document.parts}) == 1


@pytest.mark.parametrize("repositories", [{"a": [5, 5, 5]}, {"a": [5], "b": [5]}, {"": [5, 5], "b": [5, 5]}])
def test_one_repository_or_single_snippets_leave_nothing_to_tell_apart(repositories: dict[str, list[int]]) -> None:
    assert not RepositoryPacking(encoded(repositories), WINDOW).is_possible


def test_the_second_half_follows_the_first_or_is_of_another_program() -> None:
    programs = [(s, list(range(t[0] * 100, t[0] * 100 + len(t)))) for s, t in encoded({"": [8, 6, 40, 1]})]
    packing = HalvesPacking(programs, WINDOW)
    for first, second in (document.parts for document in documents(packing, belongs=True)):
        assert second[0] == first[-1] + 1
    for document in documents(packing, belongs=False):
        first, second = document.parts
        assert second[0] != first[-1] + 1
        assert WINDOW.size(document.parts) <= 20


def test_without_repositories_any_snippets_of_a_language_are_packed() -> None:
    packing = LanguagePacking(encoded({"": [5, 5, 5]}), WINDOW)
    assert {part[0] for document in documents(packing, belongs=True) for part in document.parts} == {100, 101, 102}
