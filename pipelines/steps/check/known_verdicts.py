"""What ``check`` need not judge again: completions whose verdict is known, by the same rules.

A verdict depends on the completion, its seed, the gate's settings, the versions of all that judges, and nothing else.
So what is not known is judged first, and stored batch by batch; then all verdicts are read in the order of the
completions, and the tables are the same bytes as those of a run that was checked at once.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, get_args

import pyarrow as pa

from synthcode import redaction
from synthcode.errors import StorageError
from synthcode.identity import digest
from synthcode.languages import LANGUAGES
from synthcode.pipelines.runs.step import TOOL_VERSION
from synthcode.schemas.records import StageResult
from synthcode.schemas.tables import CHECK_INPUT, REJECTED, TRANSLATIONS
from synthcode.storage.known_verdicts.store import Verdict, VerdictStore, verdict_key
from synthcode.storage.secrets_in_tables import without_secrets
from synthcode.strict_settings import to_tree
from synthcode.vocabulary import LostReason

if TYPE_CHECKING:
    from pathlib import Path

    from synthcode.gate.config import CheckConfig

_SHARED = [name for name in TRANSLATIONS.names if name in CHECK_INPUT.names]
"""What names a completion. The verdict does not depend on it, apart from the target language."""
_JUDGED = ["target_language", *(name for name in CHECK_INPUT.names if name not in _SHARED)]


class KnownVerdicts:
    """Judges each completion once.

    Parameters
    ----------
    path
        The file of the verdicts.
    config
        The gate's settings.
    toolchains
        What else judges programs, by ``kind:language``, or for all languages if there is no colon.
    """

    def __init__(self, path: Path, config: CheckConfig, toolchains: Mapping[str, str]) -> None:
        self._path, self._toolchains = path, toolchains
        self._rules = digest(to_tree(config), _versions())
        self._store = VerdictStore(path, self._rules)
        self.judged = self.known = 0

    def judge_unknown(
        self,
        batches: Iterable[pa.Table],
        judge: Callable[[Iterator[pa.Table]], Iterable[StageResult]],
        advance: Callable[[int], object],
    ) -> None:
        """Judge the completions (schema ``CHECK_INPUT``) whose verdict is not known, and store the verdicts.

        Parameters
        ----------
        batches
            All completions.
        judge
            Judges batches, in any number of results.
        advance
            Called with the number of completions that are known, or were judged.
        """
        in_work: dict[tuple[str, str], bytes] = {}

        def unknown() -> Iterator[pa.Table]:
            for batch in batches:
                keys = self._keys(batch)
                found = self._store.find(keys)
                left = pa.array([key not in found for key in keys], pa.bool_())
                rest = batch.filter(left)
                in_work.update((name, key) for name, key in zip(_names(batch), keys, strict=True) if key not in found)
                self.known += batch.num_rows - rest.num_rows
                advance(batch.num_rows - rest.num_rows)
                if rest.num_rows:
                    yield rest

        with self._store:
            self._store.forget(get_args(LostReason))
            for result in judge(unknown()):
                rows = [row for table in result for row in _verdicts(table)]
                self._store.add((in_work.pop(name), verdict) for name, verdict in rows if name in in_work)
                self.judged += len(rows)
                advance(len(rows))
            self._store.prune()

    def results(self, batches: Iterable[pa.Table]) -> Iterator[StageResult]:
        """Yield the verdicts on all completions, in their order.

        Raises
        ------
        StorageError
            If one is not known.
        """
        with self._store:
            for batch in batches:
                keys = self._keys(batch)
                found = self._store.find(keys)
                rows = zip(batch.select(_SHARED).to_pylist(), keys, strict=True)
                try:
                    yield _result([{**row, **found[key]} for row, key in rows])
                except (KeyError, TypeError, pa.ArrowInvalid, pa.ArrowTypeError) as problem:
                    raise StorageError(f"{self._path} is damaged", "run the command again with --force") from problem

    def _keys(self, batch: pa.Table) -> list[bytes]:
        """Return the digest of all that the verdict on each completion depends on."""
        return [
            verdict_key(self._rules, self._tools(row["target_language"]), row)
            for row in batch.select(_JUDGED).to_pylist()
        ]

    def _tools(self, language: str) -> list[tuple[str, str]]:
        return sorted(
            (name, line)
            for name, line in self._toolchains.items()
            if ":" not in name or name.rpartition(":")[2] == language
        )


def _versions() -> dict[str, str]:
    """Return the versions of what the gate judges with."""
    versions = {"synthcode": TOOL_VERSION, "python": platform.python_version(), "tree-sitter": version("tree-sitter")}
    for language in LANGUAGES.values():
        package = language.grammar[0]
        try:
            versions[package] = version(package.replace("_", "-"))
        except PackageNotFoundError:
            versions[package] = ""
    return versions


def _names(rows: pa.Table) -> list[tuple[str, str]]:
    """Return what names each completion: seeds with equal code share requests."""
    return list(zip(rows["seed_id"].to_pylist(), rows["request_id"].to_pylist(), strict=True))


def _verdicts(rows: pa.Table) -> Iterator[tuple[tuple[str, str], Verdict]]:
    """Yield the name of each completion, and the verdict without secrets."""
    rows = without_secrets(rows, redaction.current())
    columns = [name for name in rows.column_names if name not in _SHARED]
    yield from zip(_names(rows), rows.select(columns).to_pylist(), strict=True)


def _result(judged: list[dict[str, Any]]) -> StageResult:
    return StageResult(
        _table([row for row in judged if row.get("reason") is None], TRANSLATIONS),
        _table([row for row in judged if row.get("reason") is not None], REJECTED),
    )


def _table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.table({name: [row.get(name) for row in rows] for name in schema.names}, schema=schema)
