"""What verification is worth: whom its tests reject, what they miss, and how fast they are.

    python benchmarks/verification.py COMMAND --data mxeval/data/mbxp [--languages java,php] [--limit 100] [--show]

MBXP is at github.com/amazon-science/mxeval, commit e09974f9. A language whose tools are missing is left out, and said.

    cases        Python seeds whose test yields cases, why others yield none, mutation scores
    known-good   the release's own solutions with the release's own tests
    samples      a model's completions that the gate keeps, with the release's own tests
    agreement    cases by rule against the release's own tests, on its solutions and on a model's completions
    mutation     known-good programs, each broken on purpose, that tests catch
    hard-coded   programs that know their tests, and nothing else, that more inputs catch
    speed        programs a second, against one sandbox for each program, one after another

``known good`` is a program that passes the release's own test. In PHP and TypeScript that test compares loosely:
``'7'`` equals 7 and, in PHP, ``true`` equals any text that is not empty. So agreement is also counted by the release's
own equality. ``--limit`` takes a sample of the problems of each language, the same one each time.

``speed``: ``verifying/plain.py`` is what it compares with. Programs that run one after another are drawn from all over
those that run together, and are counted if they pass, in both ways: both have to do the same work.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from verifying.broken import broken_programs
from verifying.hard_coded import hard_coded
from verifying.judging import (
    CasesOfSeed,
    Judged,
    Verdict,
    both_judge,
    by_both,
    by_own_tests,
    cases_of,
    fails,
    fails_original,
    passes,
    reason_of,
    run_all,
)
from verifying.plain import run_plainly
from verifying.releases.reading import release_in
from verifying.releases.release import Problem, Programs

from synthcode.verification.benches import TestBench, open_bench
from synthcode.verification.cases.case import Untestable
from synthcode.verification.cases.outcome import Outcome
from synthcode.verification.seed_cases import SeedTest

Measure = Callable[[argparse.Namespace], None]


def cases(options: argparse.Namespace) -> None:
    seeds = list(options.release.python_seeds().values())[: options.limit]
    started = time.monotonic()
    found = cases_of(seeds, scored=options.mutants > 0)
    seconds = time.monotonic() - started
    having = [one for one in found.values() if one.own.cases]
    original, more = (
        sum(counts) for counts in ([len(one.own.cases) for one in having], [len(one.more) for one in having])
    )
    print(f"{len(seeds)} seeds, {len(having)} with cases ({len(having) / len(seeds):.1%}), {seconds:.0f} s")
    print(f"{original:,} cases of their own, {more:,} on more inputs")
    print(
        f"on more inputs, at least 1 case: {sum(bool(one.more) for one in having)} seeds; "
        f"at least 10: {sum(len(one.more) >= 10 for one in having)}"
    )
    scored = [
        (one.original_score, one.score) for one in having if one.original_score is not None and one.score is not None
    ]
    print_reasons(found)
    if not scored:
        return
    means = [sum(scores) / max(1, len(scored)) for scores in zip(*scored, strict=True)]
    print(f"mutation score of {len(scored)} seeds: {means[0]:.3f} by their own cases, {means[1]:.3f} with more inputs")


def print_reasons(found: dict[str, CasesOfSeed]) -> None:
    for seed_id, one in found.items():
        if one.own.problem:
            print(f"  {seed_id}: {one.own.problem}")
    print_counts("calls left out", Counter(reason for one in found.values() for reason in one.own.left_out))


def known_good(options: argparse.Namespace) -> None:
    header("language", "programs", "passed", "failed", "untestable")
    for bench, problems in programs_of(options):
        verdicts = by_own_tests(bench, problems)
        print_verdicts(bench, verdicts)
        print_kinds(verdicts)
        if options.show:
            show_failures(problems, verdicts)


def samples(options: argparse.Namespace) -> None:
    header("language", "kept by the gate", "passed", "failed", "untestable")
    for bench, solutions in programs_of(options):
        kept = options.release.sampled_programs(solutions[0].language, options.limit).whole
        if kept:
            print_verdicts(bench, by_own_tests(bench, kept))


def agreement(options: argparse.Namespace) -> None:
    seeds = options.release.python_seeds()
    header(
        *("language", "programs", "testable", "both judge", "agree", "agree by the release's equality"),
        *("known good", "false", "false by the release's equality", "fail further inputs"),
    )
    for bench, solutions in programs_of(options):
        sampled = options.release.sampled_programs(solutions[0].language, options.limit)
        print_unparsed(solutions[0].language, "completions", sampled)
        problems = [*solutions, *sampled.whole]
        found = cases_for(problems, seeds)
        problems = [one for one in problems if one.number in found and found[one.number].own.cases]
        judged = by_both(bench, problems, found)
        ruled = [one.ruled for one in judged]
        both = both_judge(judged)
        good = [one for one in both if passes(one.own)]
        row(
            bench,
            len(judged),
            share(not isinstance(verdict, str) for verdict in ruled),
            len(both),
            share(passes(one.own) != fails_original(one.ruled) for one in both),
            share(passes(one.own) == one.passes_loosely for one in both),
            len(good),
            share(fails_original(one.ruled) for one in good),
            share(not one.passes_loosely for one in good),
            share(fails(one.ruled) and not fails_original(one.ruled) for one in good),
        )
        print_kinds([verdict for verdict in ruled if isinstance(verdict, str)])
        if options.show:
            for one in both:
                show_difference(one)


def mutation(options: argparse.Namespace) -> None:
    seeds = options.release.python_seeds()
    header("language", "broken", "judged", "by the release's test", "by original cases", "with more inputs")
    for bench, problems in programs_of(options):
        found = cases_for(problems, seeds)
        good = [one.problem for one in by_both(bench, problems, found) if passes(one.own) and passes(one.ruled)]
        broken = broken_programs(good, options.mutants)
        judged = both_judge(by_both(bench, [one.problem for one in broken], found, [one.code for one in broken]))
        row(
            bench,
            len(broken),
            len(judged),
            share(fails(one.own) for one in judged),
            share(fails_original(one.ruled) for one in judged),
            share(fails(one.ruled) for one in judged),
        )


def hard_coded_programs(options: argparse.Namespace) -> None:
    seeds = options.release.python_seeds()
    header("language", "programs", "pass the release's test", "and original cases", "caught by more inputs")
    for bench, problems in programs_of(options):
        found = cases_for(problems, seeds)
        made = [(problem, code) for problem in problems if (code := hard_coded(problem)) is not None]
        judged = both_judge(by_both(bench, [problem for problem, _ in made], found, [code for _, code in made]))
        passing = [one for one in judged if passes(one.own)]
        unseen = [one for one in passing if not fails_original(one.ruled)]
        row(bench, len(made), len(passing), len(unseen), share(fails(one.ruled) for one in unseen))


def speed(options: argparse.Namespace) -> None:
    header("language", "programs", "programs/s", "one after another", "ratio", "pass one after another, and together")
    for bench, problems in programs_of(options):
        assert bench.language is not None
        jobs = []
        for problem in problems:
            try:
                jobs.append(
                    bench.language.with_test(
                        problem.code, problem.own_test(bench.language.needs or ()), problem.entry_point
                    )
                )
            except Untestable:
                continue
        started = time.monotonic()
        ran = run_all(bench, jobs)
        batched = len(jobs) / (time.monotonic() - started)
        places = range(0, len(jobs), max(1, len(jobs) // options.single))[: options.single]
        passed, seconds = run_plainly(bench, [jobs[place] for place in places])
        alone = len(places) / seconds
        both = f"{passed} and {sum(ran[place].status == 'completed' for place in places)} of {len(places)}"
        row(bench, len(jobs), f"{batched:.2f}", f"{alone:.2f}", f"{batched / alone:.1f}", both)


def programs_of(options: argparse.Namespace) -> list[tuple[TestBench, list[Problem]]]:
    """Return the languages that can be tested here, with the release's programs."""
    found = []
    for language in options.languages.split(",") if options.languages else options.release.languages:
        bench = open_bench(language)
        if language not in options.release.languages:
            print(f"{language}: no release of it in {options.data}")
        elif bench.runner is None:
            print(f"{language}: {bench.problem}")
        else:
            programs = options.release.known_programs(language, options.limit)
            print_unparsed(language, "programs", programs)
            found.append((bench, programs.whole))
    return found


def print_unparsed(language: str, kind: str, programs: Programs) -> None:
    if programs.unparsed:
        print(f"{language}: {programs.unparsed} {kind} of the release do not parse, and are left out")


_cases: dict[str, CasesOfSeed] = {}


def cases_for(problems: Sequence[Problem], seeds: dict[str, SeedTest]) -> dict[str, CasesOfSeed]:
    """Return the cases of problems by their number; each seed is run once."""
    numbers = [number for number in {one.number: None for one in problems} if number in seeds and number not in _cases]
    found = cases_of([seeds[number] for number in numbers])
    _cases.update((number, found[seeds[number].seed_id]) for number in numbers)
    return _cases


def share(holds) -> str:
    values = list(holds)
    return f"{sum(values)} ({sum(values) / max(1, len(values)):.1%})"


def header(*names: str) -> None:
    print("| " + " | ".join(names) + " |")
    print("|" + "|".join("---" if place == 0 else "---:" for place in range(len(names))) + "|")


def row(bench: TestBench, *cells: object) -> None:
    assert bench.language is not None
    print("| " + " | ".join(map(str, (bench.language.name, *cells))) + " |", flush=True)


def print_verdicts(bench: TestBench, verdicts: Sequence[Verdict]) -> None:
    untestable = sum(not passes(one) and not fails(one) for one in verdicts)
    row(bench, len(verdicts), share(map(passes, verdicts)), share(map(fails, verdicts)), untestable)


def print_kinds(verdicts: Sequence[Verdict]) -> None:
    print_counts("of these", Counter(reason_of(one) for one in verdicts if not passes(one)))


def print_counts(title: str, counts: Counter[str]) -> None:
    if counts:
        print(f"  {title}: {', '.join(f'{count} {reason}' for reason, count in counts.most_common(8))}")


def show_failures(problems: Sequence[Problem], verdicts: Sequence[Verdict]) -> None:
    for problem, verdict in zip(problems, verdicts, strict=True):
        if isinstance(verdict, Outcome) and verdict.reason is not None:
            print(f"    {problem.language} {problem.number} {problem.entry_point}: {verdict.reason}: {verdict.detail}")


def show_difference(one: Judged) -> None:
    if passes(one.own) == fails(one.ruled):
        problem, verdict = one.problem, "passes" if passes(one.own) else "fails"
        kind = "its own cases" if fails_original(one.ruled) else "further inputs" if fails(one.ruled) else "no case"
        print(
            f"    {problem.language} {problem.number} {problem.entry_point}: the release's test {verdict}, "
            f"it fails {kind}: {one.ruled.detail if isinstance(one.ruled, Outcome) else one.ruled}"
        )


MEASURES: dict[str, Measure] = {
    "cases": cases,
    "known-good": known_good,
    "samples": samples,
    "agreement": agreement,
    "mutation": mutation,
    "hard-coded": hard_coded_programs,
    "speed": speed,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=MEASURES)
    parser.add_argument("--data", type=Path, required=True, help="a folder with MBXP or HumanEval-X")
    parser.add_argument("--languages", help="all of the benchmark by default")
    parser.add_argument("--limit", type=int, help="programs of a language; all by default")
    parser.add_argument("--mutants", type=int, default=500, help="broken programs of a language; 0: no scores of seeds")
    parser.add_argument("--single", type=int, default=120, help="programs that are also run one after another")
    parser.add_argument("--show", action="store_true", help="print each failure")
    options = parser.parse_args()
    options.release = release_in(options.data)
    MEASURES[options.command](options)


if __name__ == "__main__":
    main()
