"""Seeds from MBXP (amazon-science/mxeval; Athiwaratkun et al. 2022, arXiv:2210.14868)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from synthcode.errors import InputError, did_you_mean
from synthcode.languages import find_language, get_language
from synthcode.seeds.adapters.adapter import Adapter
from synthcode.seeds.adapters.problems import Tests, number_of, read_tests, text_or_none
from synthcode.seeds.config import SeedsConfig
from synthcode.seeds.raw import RawSeed
from synthcode.seeds.rows.files import DataFile, existing, file_digests
from synthcode.seeds.rows.json_rows import read_json
from synthcode.seeds.rows.row import Row

LICENSE = "CC-BY-4.0"
_CLOSED_BY_TEST = {"csharp": "    }\n}\n"}
"""What ends a program whose last lines stand in the test: MBXP's C# tests are members of the solution's class."""
_RELEASE = re.compile(r"(?P<benchmark>\w+)_release_v(?P<version>[\d.]+?)\.jsonl(?:\.gz)?", re.ASCII)
_FOLDERS = ("", "data/mbxp")
"""Where the releases are, from the folder that was named: it may be a checkout of mxeval."""


def inputs(config: SeedsConfig) -> dict[str, str]:
    """Return the SHA-256 of every release that is read, by its name."""
    return file_digests(_releases(config.path))


def languages(config: SeedsConfig) -> list[str]:
    """Return the languages that there are releases of."""
    return sorted(_language_of(file) for file in _releases(config.path))


def read(config: SeedsConfig) -> Iterator[RawSeed]:
    """Yield the problems of one language (Python unless ``config.language`` is another), with the tests of all.

    Raises
    ------
    InputError
        If the folder has no release of that language, or a file is broken.
    """
    by_language = {_language_of(file): file for file in _releases(config.path)}
    selected = get_language(config.language or "python").name
    if selected not in by_language:
        raise InputError(
            f"{config.path} has no MBXP release for {selected}{did_you_mean(selected, by_language)}",
            f"choose one of: {', '.join(sorted(by_language))}",
        )
    tests = read_tests(row for file in by_language.values() for row in read_json(file))
    for row in read_json(by_language[selected]):
        yield _seed(row, selected, tests, config.source or "mbxp")


def _releases(path: str) -> list[DataFile]:
    """Return the newest release of every language, in the order of their names."""
    root = existing(path)
    for folder in _FOLDERS:
        found = sorted((root / folder).glob("*_release_*.jsonl*"))
        newest: dict[str, tuple[list[int], Path]] = {}
        for file in found:
            if match := _RELEASE.fullmatch(file.name):
                version = [int(part) for part in match["version"].split(".") if part]
                known = newest.get(match["benchmark"])
                newest[match["benchmark"]] = max(known, (version, file)) if known else (version, file)
        if newest:
            return [DataFile(file.name, file) for _, file in sorted(newest.values(), key=lambda item: item[1].name)]
    raise InputError(
        f"{path} holds no MBXP release such as mbpp_release_v1.jsonl",
        "give the folder data/mbxp of a checkout of github.com/amazon-science/mxeval",
    )


def _language_of(file: DataFile) -> str:
    """Return the language that the first readable row is in."""
    named = (row.cells.get("language") for row in read_json(file))
    spelling = next((name for name in named if isinstance(name, str)), file.name)
    language = find_language(spelling)
    return language.name if language else spelling


def _seed(row: Row, language: str, tests: Tests, source: str) -> RawSeed:
    if row.problem is not None:
        return RawSeed(source, row.place, problem=row.problem)
    cells: Mapping[str, object] = row.cells
    task, prompt, solution = (text_or_none(cells.get(key)) for key in ("task_id", "prompt", "canonical_solution"))
    return RawSeed(
        source=source,
        source_id=task or row.place,
        language=language,
        text=text_or_none(cells.get("description")),
        code=prompt + solution + _CLOSED_BY_TEST.get(language, "") if prompt and solution else None,
        entry_point=text_or_none(cells.get("entry_point")),
        tests=tests.get(number_of(task or ""), {}),
        license=LICENSE,
    )


ADAPTER = Adapter(read, inputs, languages)
