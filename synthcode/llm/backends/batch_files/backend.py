"""A backend that writes requests to files, and takes their answers from files of results once they are there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from synthcode.errors import InputError
from synthcode.llm.backend import AttemptFailed
from synthcode.llm.backends.batch_files.pieces import PieceWriter, custom_ids, written_pieces
from synthcode.llm.backends.batch_files.result_store import ResultStore
from synthcode.llm.backends.context_window import with_cut_named
from synthcode.llm.backends.openai.probing.probe import PREFILL_FIELDS
from synthcode.llm.backends.setup import BatchFilesConfig
from synthcode.llm.sampling import max_tokens_of, sampling_fields
from synthcode.sanitize import visible
from synthcode.schemas.records import Completion, Request

_MEGABYTE = 1_000_000
_PLAIN = (".jsonl", ".json", ".ndjson")
_SUFFIXES = tuple(plain + packed for plain in _PLAIN for packed in ("", ".gz", ".bz2", ".xz", ".zst", ".zip"))


class BatchFiles:
    """Requests in OpenAI's batch format, which ``vllm run-batch`` reads too, and their results.

    A request without a result is written to a file, once: while a file has it and no result has come, it is not
    written again. A failure that may pass, such as an expired batch, has it written again. A request whose results
    differ takes an answer rather than a failure; the order of files and lines never matters.

    Parameters
    ----------
    folder
        Files of requests go here; files of results are looked for in ``results`` below it.
    config
        More results, and the bounds of a file of requests.
    retry_failed
        Write also requests again that failed for good.
    """

    def __init__(self, folder: Path, config: BatchFilesConfig, *, retry_failed: bool = False) -> None:
        self._folder = folder
        self._results_folder = folder / "results"
        self._named_results = tuple(map(Path, config.results))
        self._retry_failed = retry_failed
        self._prefill = False
        self._store = ResultStore()
        self._pieces = PieceWriter(folder, config.rows, config.megabytes * _MEGABYTE)
        self._waiting: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        self._results_folder.mkdir(parents=True, exist_ok=True)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if problem is None:
                self._pieces.commit()
            else:
                self._pieces.discard(problem)
            self._waiting = self._store.waiting()
        finally:
            self._store.close()

    @property
    def waiting(self) -> Mapping[str, int]:
        """Requests that wait for a result, by the latest file that they are in; known once the backend is closed."""
        return {str(self._folder / piece): count for piece, count in self._waiting.items()}

    @property
    def where(self) -> str:
        """The folder where files of results go."""
        return str(self._results_folder)

    async def check(self) -> None:
        """Read the results, and which requests are in files already.

        Raises
        ------
        InputError
            If a file cannot be read.
        """
        await asyncio.to_thread(self._load)

    async def find_out(self, *, prefill: bool, stop: bool) -> bool:
        """Have the last message continued, where it is of role assistant; see ``ProbesCapabilities.find_out``."""
        self._prefill = prefill
        return True

    async def complete(self, request: Request) -> Completion | None:
        """Return the answer to a request; None if it waits for one.

        Raises
        ------
        AttemptFailed
            If the request failed for good.
        """
        found = self._store.find(request.request_id)
        if isinstance(found, Completion):
            self._store.note_request(request.request_id, answered=True)
            return with_cut_named(found, max_tokens_of(request.sampling))
        if found is not None and found.is_final and not self._retry_failed:
            self._store.note_request(request.request_id, answered=True)
            raise AttemptFailed(found.kind, found.message)
        is_repeated = self._store.note_request(request.request_id, answered=False)
        if not is_repeated and not self._store.is_outstanding(request.request_id):
            self._pieces.write(request.request_id, self._body(request))
            self._store.add_written([request.request_id], self._pieces.current)
        return None

    def lines(self, answered: Callable[[Sequence[str]], Mapping[str, object]]) -> list[str]:
        """Say what the results hold; see ``AnswersLater.lines``."""
        count, few = self._store.foreign(answered)
        named = visible(", ".join([*map(repr, few), *(["..."] if count > len(few) else [])]))
        if count and count == self._store.count - self._store.repeated:
            raise InputError(
                f"none of the {count:,} results is of a request of this run ({named})",
                f"put the results of its own batches into {self._results_folder}",
            )
        return list(self._lines(count, named))

    def _lines(self, foreign: int, named: str) -> Iterator[str]:
        store = self._store
        if store.count:
            repeated = f", {store.repeated:,} of them repeated" if store.repeated else ""
            yield f"results: {store.count:,}{repeated}"
        if foreign:
            yield f"results of no request of this run: {foreign:,} ({named})"
        if store.unusable:
            reasons = ", ".join(f"{reason} {rows:,}" for reason, rows in sorted(store.unusable.items()))
            yield f"lines of results that cannot be used: {reasons}"
        for kind, rows, message in store.passing_failures():
            yield f"{rows:,} x {kind}: {visible(message)}: requested again"

    def _load(self) -> None:
        for piece in written_pieces(self._folder):
            self._store.add_written(custom_ids(piece), piece.name)
        for file in self._result_files():
            self._store.read_results(file)

    def _result_files(self) -> Iterator[Path]:
        for place in (self._results_folder, *self._named_results):
            if place.is_dir():
                yield from sorted(path for path in place.iterdir() if path.name.endswith(_SUFFIXES))
            elif place.is_file():
                yield place
            else:
                raise InputError(f"{place} does not exist", "name a file of results, or a folder of them: --results")

    def _body(self, request: Request) -> dict[str, Any]:
        """Return what a server would be sent; see ``OpenAIServer``."""
        turns = [{"role": message.role, "content": message.content} for message in request.messages]
        continues = self._prefill and request.messages[-1].role == "assistant"
        body = {"model": request.model, "messages": turns, **sampling_fields(request.sampling)}
        return {**body, **PREFILL_FIELDS} if continues else body
