"""How often the syntax gate rejects functions of real libraries that their language's own parser takes.

    python benchmarks/mined_functions.py [LANGUAGE ...] [--limit 50000] [--cache DIR] [--folder DIR] [--show]

Fetches packages that hold sources (Debian's; for Python the interpreter's own library), cuts functions out of them
without the gate's parser, has the language's own parser judge each, and prints a row a language: functions, how many
the parser takes, how many of those the gate rejects. ``--folder`` reads sources from there instead. TypeScript is
judged by its compiler's parser, Rust by rustfmt (it has rustc's), C and C++ by clang (``pip install libclang``), whose
errors about names and types do not count: a function stands without its headers. Functions of C++ that use a macro of
their own library are left out, and Kotlin is judged by its compiler's parser.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from mined.cutting import functions
from mined.sources import WORD, fetch, files, macros
from mined.toolchains import AROUND, LANGUAGES, judge

from synthcode.gate.syntax.diagnosis import diagnose
from synthcode.languages import get_language

SHORTEST, LONGEST = 30, 20_000
"""Characters of a function; translations are no longer."""
JUDGED_AT_ONCE = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("languages", nargs="*", default=LANGUAGES, metavar="LANGUAGE", help=", ".join(LANGUAGES))
    parser.add_argument("--limit", type=int, default=50_000, help="functions of a language")
    parser.add_argument("--cache", type=Path, default=Path(".cache/mined"), help="folder for the packages")
    parser.add_argument("--folder", type=Path, action="append", help="folder of sources to read instead")
    parser.add_argument("--show", action="store_true", help="print every function that the gate rejects")
    options = parser.parse_args()
    print(f"| {'language':<10} | functions | taken by its parser | rejected by the gate |   share |")
    print(f"|:{'-' * 10}-|----------:|--------------------:|---------------------:|--------:|")
    for language in options.languages:
        folders = options.folder or fetch(language, options.cache)
        mined = list(islice(unique_functions(language, folders), options.limit))
        valid, rejected = measure(language, mined, show=options.show)
        share = rejected / max(1, valid)
        print(f"| {language:<10} | {len(mined):>9,} | {valid:>19,} | {rejected:>20,} | {share:>7.3%} |", flush=True)


def unique_functions(language: str, folders: list[Path]) -> Iterator[str]:
    seen: set[str] = set()
    own_macros = macros(language, folders) if language == "cpp" else frozenset()
    for text in files(language, folders):
        for function in functions(language, text):
            if not own_macros.isdisjoint(WORD.findall(function)):
                continue  # without its headers it is not a program
            if SHORTEST <= len(function) <= LONGEST and function not in seen and "\0" not in function:
                seen.add(function)
                yield function


def measure(language: str, mined: list[str], *, show: bool) -> tuple[int, int]:
    """Return how many functions the language's parser takes, and how many of these the gate rejects."""
    valid = rejected = 0
    for at in range(0, len(mined), JUDGED_AT_ONCE):
        batch = mined[at : at + JUDGED_AT_ONCE]
        for function, is_valid in zip(batch, judge(language, batch), strict=True):
            rejection = diagnose(gate_text(language, function), get_language(language)) if is_valid else None
            valid += is_valid
            rejected += rejection is not None
            if rejection is not None and show:
                print(f"--- {language}: {rejection}\n{function}")
    return valid, rejected


def gate_text(language: str, function: str) -> str:
    """Return a function as an answer would hold it: a method of Java or C# stands for itself."""
    before, after = AROUND.get(language, ("", "\n")) if language in ("go", "php") else ("", "\n")
    return before + function + after


if __name__ == "__main__":
    main()
