"""A run that failed says so: exit code 1, the commonest errors with their counts, and what to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from synthcode.pipelines.main import run_cli

SEEDS = 10
NAMES = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet")
BODIES = (
    "a + b", "a * b - 7", "max(a, b) ** 2", "[a] * b", "str(a).zfill(b)", "{a: b}", "a % (b or 1)",
    "sorted([a, b], reverse=True)", "abs(a - b) // 3", "(a, b, a)",
)  # fmt: skip
JAVA = "class C {{ static int f{0}(int a) {{ int {1} = a * {0}; return {1} + {0}; }} }}"
GO = "func F{0}(a int) int {{\n\t{1} := a * {0}\n\treturn {1} + {0}\n}}"
Row = dict[str, Any]


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


def answers(number: int) -> list[Row]:
    return [
        {"source_id": str(number), "target_language": language, "text": code.format(number, NAMES[number] * 3)}
        for language, code in (("java", JAVA), ("go", GO))
    ]


def failure(number: int, language: str, error: str = "bad_request: HTTP 400: no") -> Row:
    return {"source_id": str(number), "target_language": language, "text": None, "error": error}


class Work:
    """A recipe with its seeds and its recording, and the run of it."""

    def __init__(self, folder: Path) -> None:
        self.recipe, self.run = folder / "recipe.yaml", folder / "run"
        seeds = [
            {"source_id": str(n), "language": "python", "text": f"Compute {NAMES[n]}."}
            | {"code": f"def {NAMES[n]}(a, b):\n    return {BODIES[n]}\n"}
            for n in range(SEEDS)
        ]
        _write(folder / "seeds.jsonl", seeds)
        self.recording = folder / "recording.jsonl"
        recipe = {
            "seeds": {"adapter": "table", "path": "seeds.jsonl"},
            "translate": {"targets": ["java", "go"]},
            "backend": {"name": "replay", "recording": "recording.jsonl"},
            "workers": 1,
        }
        self.recipe.write_text(json.dumps(recipe))

    def record(self, rows: Iterable[Row]) -> None:
        _write(self.recording, rows)

    def __call__(self, *options: str) -> int:
        return synthcode("run", self.recipe, "--out", self.run, *options)


def _write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path)


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Callable[[], tuple[str, str]]:
    return lambda: tuple(capsys.readouterr())  # type: ignore[return-value]


Printed = Callable[[], tuple[str, str]]


def status(run: Path, printed: Printed) -> dict[str, Any]:
    printed()
    assert synthcode("status", run, "--json") == 0
    counts: dict[str, Any] = json.loads(printed()[0])
    return counts


def some_failed(count: int) -> list[Row]:
    """All answers, but that the first ``count`` requests failed."""
    rows = [row for number in range(SEEDS) for row in answers(number)]
    failed = [failure(int(row["source_id"]), row["target_language"]) for row in rows[:count]]
    return [*failed, *rows[count:]]


def test_a_run_in_which_every_request_failed(work: Work, printed: Printed) -> None:
    rows = [failure(number, "java") for number in range(SEEDS)]
    rows += [failure(number, "go", "timeout: no answer") for number in range(SEEDS - 1)]
    work.record([*rows, failure(SEEDS - 1, "go")])
    for _ in range(2):  # the second time nothing has changed, which does not make it a success
        assert work() == 1
        out, err = printed()
        assert out == ""
        assert err.splitlines()[-2:] == [
            "error: nothing was translated: 11 x bad_request: HTTP 400: no; 9 x timeout: no answer",
            f"see 'synthcode show {work.run} --reason failed'; --retry-failed asks again",
        ]
    assert not (work.run / "dataset").exists()
    counts = status(work.run, printed)
    assert counts["failures"] == {"bad_request": 11, "timeout": 9}
    assert counts["failed"] == 20
    for command in ("check", "build"):
        assert synthcode(command, work.run) == 1
        assert not (work.run / "dataset").exists()


@pytest.mark.slow
def test_failures_above_the_bound_stop_a_run_before_it_builds(work: Work, printed: Printed) -> None:
    work.record(some_failed(5))
    assert work() == 1
    problem, fix = printed()[1].splitlines()[-2:]
    assert problem == (
        "error: 5 of 20 requests failed, more than --max-failed 0.2 allows: 5 x bad_request: HTTP 400: no"
    )
    assert fix.startswith("all that was finished is stored; ")
    assert fix.endswith("--max-failed 1 goes on without them")
    assert synthcode("build", work.run) == 1  # by hand as in one go
    assert not (work.run / "dataset").exists()
    assert work() == 1
    assert "translate: nothing new asked: 5 failed earlier; --retry-failed asks again" in printed()[1]
    assert synthcode("build", work.run, "--max-failed", "1") == 0
    assert status(work.run, printed)["kept"] == 15
    assert work("--max-failed", "0.25") == 0
    assert "5 x bad_request: HTTP 400: no" in printed()[0]


@pytest.mark.slow
def test_the_bound_itself_is_allowed_and_nothing_at_all_never_is(work: Work, printed: Printed) -> None:
    work.record(some_failed(4))
    assert synthcode("seeds", work.run, "--from", "table", "--path", work.recipe.parent / "seeds.jsonl") == 0
    arguments = ("translate", work.run, "--recording", work.recording, "--targets", "java,go")
    assert synthcode(*arguments) == 0
    assert "translate: 4 x bad_request: HTTP 400: no" in printed()[1].splitlines()
    assert synthcode(*arguments, "--max-failed", "0.19") == 1
    assert synthcode(*arguments) == 1  # the run's recipe keeps the bound


def test_the_bound_is_kept_by_the_recipe(work: Work) -> None:
    work.record(some_failed(3))
    recipe = json.loads(work.recipe.read_text())
    recipe["backend"]["max_failed"] = 0.1
    work.recipe.write_text(json.dumps(recipe))
    assert work() == 1


@pytest.mark.slow
def test_a_run_that_asks_again_ends_well(work: Work, tmp_path: Path, printed: Printed) -> None:
    with (tmp_path / "seeds.jsonl").open("a") as stream:
        stream.write(json.dumps({"source_id": "x", "language": "python", "text": "Add.", "code": "def ("}) + "\n")
    work.record(some_failed(20))
    assert work() == 1
    assert "seeds: 10 seeds, 1 row rejected" in printed()[1]
    work.record(_without_go(some_failed(0)))
    assert work() == 1  # what failed for good is asked again only if the user says so
    printed()
    assert work("--retry-failed") == 0
    out, err = printed()
    assert out.startswith("10 seeds, 0 of them duplicates; rejected rows: syntax_error 1\n")
    assert "20 of 20 completed; 20 requested, 0 already known" in err
    assert "The dataset is in" in out
    assert "With your own seeds" not in out  # these are
    warning = (
        "warning: go: nothing was accepted of 10 (refusal 10); "
        f"look at 'synthcode show {work.run} --language go --reason refusal'"
    )
    assert f"check: {warning}" in err.splitlines()
    assert warning in out.splitlines()
    assert status(work.run, printed)["failures"] == {}
    assert work("--retry-failed") == 0
    assert "translate: unchanged, nothing to do (20 of 20 completed)" in printed()[1]


def _without_go(rows: Iterable[Row]) -> list[Row]:
    return [row | ({"text": "Sorry, I cannot."} if row["target_language"] == "go" else {}) for row in rows]


def test_what_is_asked_anew_is_counted(work: Work, printed: Printed) -> None:
    work.record(some_failed(0))
    arguments = ("translate", work.run, "--recording", work.recording)
    assert synthcode("seeds", work.run, "--from", "table", "--path", work.recipe.parent / "seeds.jsonl") == 0
    assert synthcode(*arguments, "--targets", "java") == 0
    assert synthcode(*arguments, "--targets", "java,go") == 0
    assert "translate: 20 of 20 completed; 10 requested, 10 already known" in printed()[1]
    assert status(work.run, printed)["already_known"] == 10


def test_pending_requests_are_not_failures(work: Work, printed: Printed) -> None:
    stray = [{"source_id": name, "target_language": "java", "text": "class C { int f; }"} for name in ("98", "99")]
    unknown = [{"source_id": "1", "target_language": name, "text": "x"} for name in ("klingon", "elvish", "klingon")]
    work.record([*some_failed(0)[:8], *stray, {"source_id": "97", "target_language": "java", "text": None}, *unknown])
    assert synthcode("seeds", work.run, "--from", "table", "--path", work.recipe.parent / "seeds.jsonl") == 0
    assert synthcode("translate", work.run, "--recording", work.recording, "--targets", "java,go") == 0
    err = printed()[1]
    assert "translate: rows of the recording that name no seed of this run: 2 ('98', '99')" in err
    assert "translate: rows of the recording that cannot be used: no_text 1, unknown_language 3" in err
    assert "unknown target languages of the recording, with their rows: 'klingon' 2, 'elvish' 1; see" in err
    counts = status(work.run, printed)
    assert (counts["completed"], counts["failed"], counts["pending"]) == (8, 0, 12)


def test_a_recording_that_answers_nothing(work: Work, printed: Printed) -> None:
    work.record([{"source_id": "99", "target_language": "java", "text": "class C { int f; }"}])
    assert work() == 1
    assert printed()[1].splitlines()[-2:] == [
        "error: nothing was translated: 20 requests are pending",
        "nothing in the recording answers these requests: do its ids, languages and model fit?",
    ]


def test_nothing_accepted(work: Work, printed: Printed) -> None:
    work.record({**row, "text": "Sorry, I cannot."} for row in some_failed(0))
    for _ in range(2):
        assert work() == 1
        out, err = printed()
        assert out == ""
        problem, fix = err.splitlines()[-2:]
        assert problem == "error: nothing was accepted: refusal 20"
        assert fix == f"see 'synthcode show {work.run} --reason refusal'"
    assert synthcode("build", work.run) == 1
    assert not (work.run / "dataset").exists()


def test_seeds_of_which_every_row_is_rejected(work: Work, tmp_path: Path, printed: Printed) -> None:
    _write(tmp_path / "seeds.jsonl", [{"source_id": "1", "language": "python", "text": "Add.", "code": "def ("}])
    work.record(some_failed(0))
    assert work() == 1
    seeds, problem, _ = printed()[1].splitlines()[-3:]
    assert seeds.startswith("seeds: 0 seeds, 1 row rejected (syntax_error 1) in")
    assert problem == (
        "error: there are no seeds: every row was rejected (syntax_error 1: row 1: it does not parse as Python)"
    )
    (tmp_path / "seeds.jsonl").write_text("")
    assert work() == 1


@pytest.mark.slow
def test_a_changed_threshold_leaves_the_dataset_to_be_seen(work: Work, tmp_path: Path, printed: Printed) -> None:
    seeds = [json.loads(line) for line in (tmp_path / "seeds.jsonl").read_text().splitlines()]
    seeds.append(seeds[0] | {"source_id": "twin", "code": "def alpha(a, b):\n    return a + b  + 1\n"})
    _write(tmp_path / "seeds.jsonl", seeds)
    work.record(some_failed(0))
    assert work("--set", "dedup.threshold=0.5") == 0
    before = status(work.run, printed)
    assert before["seed_duplicates"] == 1
    assert synthcode("dedup", work.run, "--threshold", "0.99") == 0
    assert synthcode("build", work.run) == 0
    line = f"1 seed awaits translating (twin); run 'synthcode translate {work.run}'"
    assert f"build: warning: translations are missing: {line}" in printed()[1]
    after = status(work.run, printed)
    assert after["awaiting_translation"] == 1
    assert after["kept"] == before["kept"] == sum(after["splits"].values()) == 20
    assert after["stages"]["translate"] == "stale"
    assert synthcode("status", work.run) == 0
    assert line in printed()[0].splitlines()


def test_benchmarks_are_not_silently_left_for_later(work: Work, tmp_path: Path, printed: Printed) -> None:
    assert synthcode("seeds", work.run, "--from", "table", "--path", tmp_path / "seeds.jsonl") == 0
    assert synthcode("dedup", work.run) == 0
    against = f"known=table:{tmp_path / 'seeds.jsonl'}"
    printed()
    assert synthcode("dedup", work.run, "--against", against) == 0
    assert "dedup: benchmarks are compared after 'translate'; --drop-contaminated everywhere" in printed()[1]
