"""What the training data of a dataset are, and what they must not be."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.evaluation.encoder import Role
from synthcode.evaluation.training.contracts import TrainingPair, TrainingText
from synthcode.evaluation.training.pairs.counts import mean_tokens
from synthcode.evaluation.training.pairs.opening import TrainingData, open_pairs
from synthcode.evaluation.training.settings import DataSettings, OptimiserSettings, TrainingSettings
from tests.support.training.training_dataset import Problem, problem, write_problems

ALL = ("cpp", "go", "java", "python")


def settings(steps: int = 4, batch_size: int = 4, random_seed: int = 0, **data: object) -> TrainingSettings:
    section = DataSettings(**{"renamed_share": 0.0, **data})  # type: ignore[arg-type]
    return TrainingSettings(
        data=section, optimiser=OptimiserSettings(steps=steps, batch_size=batch_size), random_seed=random_seed
    )


def opened(folder: Path, problems: Iterable[Problem], chosen: TrainingSettings | None = None) -> TrainingData:
    return open_pairs(write_problems(folder, problems), chosen or settings())


def batches(data: TrainingData) -> list[list[TrainingPair]]:
    size = data.settings.optimiser.batch_size
    return [[data.pairs[place] for place in range(start, start + size)] for start in range(0, len(data.pairs), size)]


def test_a_pair_is_a_text_or_program_with_a_program_of_the_same_seed(tmp_path: Path) -> None:
    problems = [problem(number, ALL) for number in range(6)]
    by_text = {one.text: one for one in problems}
    by_code = {code: one for one in problems for code in one.codes.values()}
    for pair in opened(tmp_path, problems).pairs:
        asked = by_text.get(pair.anchor.text) or by_code[pair.anchor.text]
        language = pair.positive.role.language
        assert pair.positive == TrainingText(asked.codes[language], Role("document", "code", language))
        if pair.anchor.text in by_text:
            assert pair.anchor.role == Role("query", "text", "text")
        else:
            assert pair.anchor.role == Role("query", "code", pair.anchor.text.split()[0])
            assert pair.anchor.role.language != language
        assert pair.negative is None


def test_counts_are_those_of_the_data(tmp_path: Path) -> None:
    problems = [problem(0, ("go", "java", "python")), problem(1, ("go",)), problem(2, ("go", "python"))]
    counts = opened(tmp_path, problems, settings(batch_size=2)).counts
    assert counts.programs == {"go": 3, "java": 1, "python": 2}
    assert (counts.texts, counts.seeds, counts.groups) == (3, 3, 3)
    assert counts.text_pairs == 6
    assert counts.code_pairs == 3 * 2 + 2 * 1


@pytest.mark.parametrize("cause", ["split group", "text", "program", "program but for its name", "chain"])
def test_seeds_that_answer_each_other_are_one_group(tmp_path: Path, cause: str) -> None:
    first, second, third, fourth = (problem(number, ("go", "java")) for number in range(4))
    if cause == "split group":
        first, second = (problem(number, ("go", "java"), "cluster") for number in range(2))
    elif cause == "text":
        second = Problem(second.seed, "  SOLVE\n problem 0.", second.codes)
    elif cause == "program":
        second = Problem(second.seed, second.text, {**second.codes, "go": f"\n{first.codes['go']}  "})
    elif cause == "program but for its name":
        first = Problem(first.seed, first.text, first.codes, anonymous={"go": "f"})
        second = Problem(second.seed, second.text, second.codes, anonymous={"go": "f"})
    else:
        first, third = problem(0, ("go", "java"), "one"), problem(2, ("go", "java"), "one")
        second = Problem(second.seed, third.text, second.codes)
    data = opened(tmp_path, [first, second, third, fourth], settings(steps=60, batch_size=2))
    assert data.groups == (2 if cause == "chain" else 3)
    of_text: dict[str, int] = {}
    for pair in data.pairs:
        of_text[pair.positive.text] = pair.group
    assert len(set(of_text.values())) == data.groups
    assert of_text[first.codes["java"]] == of_text[second.codes["java"]] != of_text[fourth.codes["java"]]


def test_equal_programs_of_two_languages_do_not_tie_seeds(tmp_path: Path) -> None:
    first, second = Problem("s1", "One.", {"c": "x", "go": "1"}), Problem("s2", "Two.", {"cpp": "x", "go": "2"})
    assert opened(tmp_path, [first, second], settings(batch_size=2)).groups == 2


def test_the_texts_of_a_batch_are_of_different_groups(tmp_path: Path) -> None:
    problems = [problem(number, ALL, f"c{number // 2}") for number in range(20)]
    for batch in batches(opened(tmp_path, problems, settings(steps=30, batch_size=7))):
        assert len({pair.group for pair in batch}) == 7
        assert len({pair.positive.text.split()[-1] for pair in batch}) == 7


def test_all_groups_are_trained_on_equally_often(tmp_path: Path) -> None:
    problems = [problem(number, ALL) for number in range(10)]
    data = opened(tmp_path, problems, settings(steps=50, batch_size=7))
    assert set(Counter(pair.group for pair in data.pairs).values()) == {35}


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 1.0])
def test_every_batch_has_its_share_of_texts(tmp_path: Path, share: float) -> None:
    problems = [problem(number, ALL) for number in range(12)]
    data = opened(tmp_path, problems, settings(steps=20, batch_size=10, text_share=share))
    assert data.counts.text_share == share
    for batch in batches(data):
        assert sum(pair.anchor.role.kind == "text" for pair in batch) == round(10 * share)


def test_rare_languages_are_drawn_as_often_as_others(tmp_path: Path) -> None:
    """Of 60 seeds all have Python and Java, a third has Go, and a fifth C++."""
    problems = [
        problem(number, ["python", "java", *["go"] * (number % 3 == 0), *["cpp"] * (number % 5 == 0)])
        for number in range(60)
    ]
    pairs = list(opened(tmp_path, problems, settings(steps=400, batch_size=16)).pairs)
    texts = Counter(pair.positive.role.language for pair in pairs if pair.anchor.role.kind == "text")
    # A fourth each would be fair. C++ can have a fifth at most, which leaves 0.8 / 3 for each of the others; without
    # balance Go would have 0.1 and C++ 0.06.
    fair = {"cpp": 0.2, "go": 0.8 / 3, "java": 0.8 / 3, "python": 0.8 / 3}
    assert {name: count / texts.total() for name, count in texts.items()} == pytest.approx(fair, abs=0.02)
    programs = [pair for pair in pairs if pair.anchor.role.kind == "code"]
    for side in ("anchor", "positive"):
        drawn = Counter(getattr(pair, side).role.language for pair in programs)
        # A seed with C++ has it in each of its pairs, on either side: a tenth.
        assert drawn["cpp"] / len(programs) == pytest.approx(0.1, abs=0.02)
        assert drawn["go"] / len(programs) > 0.15


def test_a_run_goes_on_with_the_pairs_that_it_would_have_had(tmp_path: Path) -> None:
    problems = [problem(number, ALL, f"c{number // 3}") for number in range(20)]
    chosen = settings(steps=40, batch_size=5, text_share=0.4)
    undisturbed = list(opened(tmp_path / "a", problems, chosen).pairs)
    resumed = opened(tmp_path / "b", reversed(problems), chosen).pairs  # rows in another order
    assert [resumed[place] for place in range(101, 200)] == undisturbed[101:]
    assert resumed[3] == undisturbed[3]
    other = opened(tmp_path / "a", problems, settings(steps=40, batch_size=5, text_share=0.4, random_seed=1)).pairs
    assert list(other) != undisturbed


def test_a_batch_is_no_larger_than_the_data_allow(tmp_path: Path) -> None:
    data = opened(tmp_path, [problem(number, ALL) for number in range(5)], settings(steps=3, batch_size=64))
    assert data.settings.optimiser.batch_size == 5
    assert len(data.pairs) == 15
    assert data.warnings == ("a batch has 5 pairs, not 64: the data have no more groups",)


def test_one_language_gives_text_code_pairs_only_and_says_so(tmp_path: Path) -> None:
    data = opened(tmp_path, [problem(number, ["go"]) for number in range(5)])
    assert {pair.anchor.role.kind for pair in data.pairs} == {"text"}
    assert data.warnings == ("all programs are in one language: all pairs are text-code pairs",)


def test_seeds_of_one_language_give_texts_and_raise_their_share(tmp_path: Path) -> None:
    problems = [problem(number, ALL if number == 0 else ["go"]) for number in range(5)]
    data = opened(tmp_path, problems, settings(steps=50, batch_size=5))
    assert sum(pair.anchor.role.kind == "text" for pair in data.pairs) == 200
    assert data.warnings == ("80% of the pairs are text-code pairs, not 50%: too few groups have two languages",)


def test_seeds_without_texts_give_code_code_pairs(tmp_path: Path) -> None:
    problems = [Problem(one.seed, None, one.codes) for one in (problem(number, ALL) for number in range(4))]
    problems[0] = Problem("s0000", " \n", problems[0].codes)
    data = opened(tmp_path, problems)
    assert {pair.anchor.role.kind for pair in data.pairs} == {"code"}
    assert data.warnings == ("0% of the pairs are text-code pairs, not 50%: too few groups have a text",)


def test_programs_are_shown_in_the_chosen_variant(tmp_path: Path) -> None:
    problems = [Problem(f"s{n}", f"Do {n}.", {"go": f"go {n}"}, anonymous={"go": f"f {n}"}) for n in range(2)]
    seen = {}
    for variant in ("stripped", "anonymous", "raw"):
        pairs = opened(tmp_path, problems, settings(batch_size=2, variant=variant)).pairs
        seen[variant] = {pair.positive.text for pair in pairs}
    assert seen["stripped"] == {"go 0", "go 1"}
    assert seen["anonymous"] == {"f 0", "f 1"}
    assert seen["raw"] == {"go 0 # comment", "go 1 # comment"}


def test_texts_are_those_of_the_train_split(tmp_path: Path) -> None:
    write_problems(tmp_path, [problem(7, ["go"])], "test")
    data = opened(tmp_path, [problem(number, ["go"]) for number in range(2)])
    assert list(data.texts()) == ["Solve problem 0.", "Solve problem 1.", "go program 0", "go program 1"]


@pytest.mark.parametrize("problems", [[], [problem(0, ALL)], [problem(0, ALL, "c"), problem(1, ALL, "c")]])
def test_too_few_groups_are_refused(tmp_path: Path, problems: list[Problem]) -> None:
    with pytest.raises(InputError) as refused:
        opened(tmp_path, problems)
    assert "split 'train' has " in refused.value.problem
    assert ("no group" if not problems else "one group") in refused.value.problem


def test_code_code_pairs_of_one_language_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no group of seeds that gives code-code pairs"):
        opened(tmp_path, [problem(number, ["go"]) for number in range(5)], settings(text_share=0.0))


def test_a_missing_train_split_is_refused(tmp_path: Path) -> None:
    write_problems(tmp_path, [problem(0, ALL)], "test")
    with pytest.raises(InputError, match="has no split 'train'"):
        open_pairs(tmp_path, settings())


@pytest.mark.parametrize("split", ["validation", "test"])
@pytest.mark.parametrize("what", ["seed s0001", "split group c1", "program s0009-go"])
def test_what_is_in_two_splits_is_refused(tmp_path: Path, split: str, what: str) -> None:
    other = {
        "seed s0001": Problem("s0001", None, {"go": "other"}),
        "split group c1": problem(9, ["go"], "c1"),
        "program s0009-go": Problem("s0009", "Other.", {"go": " go program 1\n"}),
    }[what]
    write_problems(tmp_path, [problem(8, ["go"]), other], split)
    with pytest.raises(InputError) as refused:
        opened(tmp_path, [problem(number, ALL, f"c{number}") for number in range(3)])
    assert f"{what} is both in split 'train' and in {split!r}" in refused.value.problem


def test_a_column_that_holds_no_languages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="in 33 languages, training takes 32"):
        opened(tmp_path, [problem(number, [f"language {number}"]) for number in range(33)])


def test_pairs_are_the_same_in_another_process(tmp_path: Path) -> None:
    pairs = opened(tmp_path, [problem(number, ALL) for number in range(8)], settings(renamed_share=0.5)).pairs
    there = pickle.loads(pickle.dumps(pairs))  # noqa: S301  # as torch hands them to a worker
    assert list(there) == list(pairs)


def test_tokens_of_a_pair_are_estimated_from_pairs_of_the_whole_run(tmp_path: Path) -> None:
    data = opened(tmp_path, [problem(number, ALL) for number in range(8)], settings(steps=50, batch_size=8))
    counted: list[str] = []

    def words(texts: Sequence[str]) -> list[int]:
        counted.extend(texts)
        return [len(text.split()) for text in texts]

    assert mean_tokens(data.pairs, words, sample=40) == 6  # every text and every program has three words
    assert len(counted) == 80
    first, last = data.pairs[0], data.pairs[-1]
    assert counted[:2] == [first.anchor.text, first.positive.text]
    assert counted[-2:] == [last.anchor.text, last.positive.text]
    assert mean_tokens(opened(tmp_path, [problem(n, ALL) for n in range(8)], settings(steps=1)).pairs, words) == 6


def test_equal_texts_of_two_splits_are_no_leak(tmp_path: Path) -> None:
    write_problems(tmp_path, [Problem("s0009", "Solve problem 0.", {"go": "other"})], "test")
    assert opened(tmp_path, [problem(number, ALL) for number in range(3)]).groups == 3


def test_the_identifiers_of_some_programs_are_replaced(tmp_path: Path) -> None:
    shown = "def add(a, b):\n    total = a + b\n    return total + {n}\n"
    problems = [
        Problem(
            f"s{n}",
            f"Do {n}.",
            {"python": shown.format(n=n), "unheard_of": f"add {n}"},
            anonymous={"python": shown.format(n=n).replace("add", "f"), "unheard_of": f"f {n}"},
        )
        for n in range(10)
    ]
    replaced = {f"def f(v1, v2):\n    v3 = v1 + v2\n    return v3 + {n}\n" for n in range(10)}
    replaced |= {f"f {n}" for n in range(10)}
    pairs = list(opened(tmp_path, problems, settings(steps=200, batch_size=10, renamed_share=0.3)).pairs)
    texts = [text for pair in pairs for text in (pair.anchor, pair.positive) if text.role.kind == "code"]
    originals = {code for one in problems for code in one.codes.values()}
    assert {text.text for text in texts} == originals | replaced
    assert sum(text.text in replaced for text in texts) / len(texts) == pytest.approx(0.3, abs=0.03)
