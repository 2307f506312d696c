"""Seeds from HumanEval (openai/human-eval) and its translations: HumanEval-X, HumanEvalPack, mxeval's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from synthcode.comments import last_documentation
from synthcode.comments.snippets import parse_snippet
from synthcode.entry_points import find_entry_point
from synthcode.errors import InputError
from synthcode.languages import Language, find_language, get_language
from synthcode.languages.parsing import ParseTimeout
from synthcode.schemas.records import Rejection
from synthcode.seeds.adapters.adapter import Adapter
from synthcode.seeds.adapters.problems import Tests, language_of, number_of, read_tests, text_or_none
from synthcode.seeds.config import SeedsConfig
from synthcode.seeds.descriptions import description
from synthcode.seeds.raw import RawSeed
from synthcode.seeds.rows.files import DataFile, data_files, file_digests
from synthcode.seeds.rows.formats import read_rows
from synthcode.seeds.rows.row import Row

_COLUMNS = (
    *("task_id", "language", "prompt", "declaration", "canonical_solution", "entry_point"),
    *("test", "test_setup", "description", "docstring", "text"),
)


def inputs(config: SeedsConfig) -> dict[str, str]:
    """Return the SHA-256 of every file that is read, by its name."""
    return file_digests(_problem_files(config.path))


def languages(config: SeedsConfig) -> list[str]:
    """Return the languages that there are problems in."""
    rows = (row for file in _problem_files(config.path) for row in _decoded_rows(file))
    return sorted({found.name for row in rows if (found := _language_of(row))})


def read(config: SeedsConfig) -> Iterator[RawSeed]:
    """Yield the problems of one language, with the tests of all.

    The language is ``config.language``; without it Python where several are there, else the one that is.

    Raises
    ------
    InputError
        If there is no such problem, or a file is broken.
    """
    rows = [row for file in _problem_files(config.path) for row in _decoded_rows(file)]  # a thousand at most
    there = {found.name for row in rows if (found := _language_of(row))}
    selected = get_language(config.language).name if config.language else "python" if len(there) > 1 else None
    if selected and there and selected not in there:
        raise InputError(f"{config.path} has no problems in {selected}", f"choose one of: {', '.join(sorted(there))}")
    tests = read_tests(rows)
    for row in rows:
        found = _language_of(row)
        if found is None or selected in (None, found.name):
            yield _seed(row, found, tests, config.source)


def _problem_files(path: str) -> list[DataFile]:
    """Return the files whose path says HumanEval, or all: checkouts hold other examples, too."""
    files = data_files(path)
    named = [file for file in files if "humaneval" in file.name.lower().replace("-", "").replace("_", "")]
    return named or files


def _decoded_rows(file: DataFile) -> Iterator[Row]:
    for row in read_rows(file, _COLUMNS):
        yield row._replace(cells={name: _decoded(cell) for name, cell in row.cells.items()})


def _decoded(cell: object) -> object:
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell


def _language_of(row: Row) -> Language | None:
    return find_language(language_of(row.cells)) if row.problem is None else None


def _seed(row: Row, language: Language | None, tests: Tests, source: str | None) -> RawSeed:
    if row.problem is not None:
        return RawSeed(source or "humaneval", row.place, problem=row.problem)
    task = text_or_none(row.cells.get("task_id")) or row.place
    code = _program(row.cells, language)
    if code is None and text_or_none(row.cells.get("prompt")):
        detail = "the row has a prompt, but no solution (canonical_solution): a seed needs both"
        return RawSeed(source or "humaneval", task, language_of(row.cells), problem=Rejection("no_code", detail))
    return RawSeed(
        source=source or ("humaneval" if task.lower().startswith("humaneval") else "humaneval-x"),
        source_id=task,
        language=language_of(row.cells),
        text=_text(row.cells, code, language),
        code=code,
        entry_point=text_or_none(row.cells.get("entry_point")) or _entry_point(code, language),
        tests=tests.get(number_of(task), {}),
        license="MIT" if task.startswith("HumanEval/") else "Apache-2.0",
    )


def _program(cells: Mapping[str, object], language: Language | None) -> str | None:
    """Join prompt and solution; only in HumanEval-X's Rust is the signature in ``declaration``."""
    prompt, declaration, solution = (
        text_or_none(cells.get(key)) for key in ("prompt", "declaration", "canonical_solution")
    )
    if not prompt or not solution:
        return None
    if not declaration or language is None or _parses(prompt + solution, language):
        return prompt + solution
    whole = prompt + declaration + solution
    return whole if _parses(whole, language) else prompt + solution


def _entry_point(code: str | None, language: Language | None) -> str | None:
    """Return the function that is to be written; HumanEval-X does not name it."""
    return find_entry_point(code, language, None) if code and language else None


def _parses(code: str, language: Language) -> bool:
    try:
        return not parse_snippet(code, language).root.has_error
    except ParseTimeout:
        return False


def _text(cells: Mapping[str, object], code: str | None, language: Language | None) -> str | None:
    """Return the whole description: the task itself may be stated in its second paragraph.

    Examples are left out, also of a text that a row gives: they contain the entry point's name. Without such a text,
    the prompt's last documentation is that of the function to write; what precedes it belongs to helpers.
    """
    for key in ("description", "docstring", "text"):
        if given := description(text_or_none(cells.get(key)) or ""):
            return given
    prompt = text_or_none(cells.get("prompt"))
    if not prompt or not code or language is None:
        return None
    return description(last_documentation(code, len(prompt), language)) or None


ADAPTER = Adapter(read, inputs, languages)
