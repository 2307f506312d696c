"""The Hugging Face Hub: one commit for a version, however often it takes to get there."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from synthcode.errors import InputError
from synthcode.publishing.dataset_files import CARD_NAME, RemoteFile
from synthcode.publishing.targets.hub_access import (
    refuse_endpoint,
    refuse_name,
    refuse_offline,
    refuse_reference,
    refuse_without_token,
)
from synthcode.publishing.targets.hub_attempts import Attempts
from synthcode.publishing.targets.hub_errors import status_of
from synthcode.publishing.targets.plan import Change, Plan
from synthcode.publishing.targets.target import Publishable, PublishCallbacks, RemoteState

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd, HfApi

BATCH_BYTES, BATCH_FILES = 1 << 28, 50
"""Limits of an upload batch. The Hub keeps uploaded files: a commit that is repeated after a kill finds them again."""


@dataclass(frozen=True)
class HubDestination:
    """Where on the Hub, and how."""

    repo_id: str
    """``user/name``."""
    private: bool = False
    revision: str | None = None
    """The branch, made where it is not there; None is ``main``."""
    tag: str | None = None
    """Names the version."""
    repo_type: Literal["dataset", "model"] = "dataset"


class HubRepo:
    """A repository on the Hub: of a dataset, or of a model.

    Parameters
    ----------
    destination
        The repository, branch and tag to publish to.
    callbacks
        Receives progress messages.

    Raises
    ------
    InputError
        If nothing can be published from here: offline, no token, or an invalid address or name.
    """

    is_folder = False

    def __init__(self, destination: HubDestination, callbacks: PublishCallbacks) -> None:
        from huggingface_hub import HfApi

        refuse_offline()
        refuse_endpoint()
        refuse_name(destination.repo_id)
        refuse_reference(destination.revision, "--revision")
        refuse_reference(destination.tag, "--tag")
        refuse_without_token()
        self.name = destination.repo_id
        self._destination = destination
        self._callbacks = callbacks
        self._attempts = Attempts(destination.repo_id, callbacks)
        self._api: HfApi = HfApi(library_name="synthcode")
        self._where: dict[str, Any] = {"repo_id": destination.repo_id, "repo_type": destination.repo_type}
        self._operations: dict[tuple[str, str], CommitOperationAdd] = {}
        self._uploaded: set[str] = set()
        self._commit: str | None = None
        self._seen: str | None = None

    def plan(self, dataset: Publishable) -> Plan:
        """Return what publishing would change.

        Raises
        ------
        SynthcodeError
            If the Hub cannot be reached or refuses, the repository is public and should not be, or the tag is taken.
        """
        there = self._attempts.persist(self._look)
        plan = self._plan(dataset, there)
        tagged = self._attempts.persist(self._tagged)
        if tagged is not None and not (plan.is_empty and tagged == there.version):
            raise self._taken()
        return plan

    def publish(self, dataset: Publishable, uploaded: Callable[[int], None]) -> str:
        """Commit the dataset, and return the address of the commit."""
        self._commit = self._attempts.persist(lambda: self._bring_to(dataset, uploaded))
        if self._destination.tag:
            self._attempts.persist(self._tag)
        place = "" if self._destination.repo_type == "model" else "datasets/"
        return f"{self._api.endpoint}/{place}{self.name}/tree/{self._commit}"

    def load(self, config: str, split: str, paths: Sequence[str]) -> Any:
        """Return a split of the commit that was made, as ``datasets`` streams it."""
        import datasets

        return datasets.load_dataset(self.name, config, split=split, revision=self._commit, streaming=True)

    def _bring_to(self, dataset: Publishable, uploaded: Callable[[int], None]) -> str:
        """Return the commit that contains the whole dataset; create it if there is none."""
        from huggingface_hub import CommitOperationDelete

        there = self._look()
        if there.version is None:
            self._create()
            there = self._look()
        plan = self._plan(dataset, there)
        if there.version is not None and plan.is_empty:
            return there.version
        self._upload(plan.of("added", "changed"), uploaded)
        removed = [CommitOperationDelete(change.path, is_folder=False) for change in plan.of("removed")]
        made = self._api.create_commit(
            **self._where,
            operations=[*map(self._operation, plan.of("added", "changed")), *removed],
            commit_message=f"Publish with synthcode: {plan}",
            revision=self._destination.revision,
            parent_commit=there.version,
        )
        return str(made.oid)

    def _plan(self, dataset: Publishable, there: RemoteState) -> Plan:
        return dataset.addressed(self.name).plan(there, f"the card of {self.name}")

    def _upload(self, changes: Sequence[Change], uploaded: Callable[[int], None]) -> None:
        """Upload large files ahead of the commit, which then only names them."""
        for batch in _batches(changes):
            self._callbacks.pause(0)
            additions = [self._operation(change) for change in batch]
            self._api.preupload_lfs_files(
                **self._where, additions=additions, revision=self._destination.revision, free_memory=False
            )
            new = [change for change in batch if change.path not in self._uploaded]
            self._uploaded.update(change.path for change in new)
            uploaded(sum(change.size for change in new))

    def _operation(self, change: Change) -> CommitOperationAdd:
        """Return the client's idea of an upload, the same one at every attempt: it knows what has come through."""
        from huggingface_hub import CommitOperationAdd

        assert change.local is not None
        key = (change.path, change.local.sha256)
        if key not in self._operations:
            self._operations[key] = CommitOperationAdd(change.path, change.local.content)
        return self._operations[key]

    def _look(self) -> RemoteState:
        from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError
        from huggingface_hub.hf_api import RepoFile

        try:
            info = self._api.repo_info(**self._where, revision=self._destination.revision)
            version: str | None = str(info.sha)
        except RevisionNotFoundError:  # a branch that is still to be made, of what is in main
            info, version = self._api.repo_info(**self._where), None
        except RepositoryNotFoundError as problem:
            if status_of(problem) != 404:
                raise
            return RemoteState({})
        if self._destination.private and not info.private:
            raise InputError(f"{self.name} is public, but --private was given", "make it private on the Hub first")
        tree = self._api.list_repo_tree(**self._where, recursive=True, revision=str(info.sha))
        files = {
            entry.path: RemoteFile(entry.size, entry.lfs.sha256 if entry.lfs else None, entry.blob_id)
            for entry in tree
            if isinstance(entry, RepoFile)
        }
        self._seen = str(info.sha)
        card = self._read(CARD_NAME).decode("utf-8", "surrogateescape") if CARD_NAME in files else None
        return RemoteState(files, card, version)

    @property
    def repository(self) -> str:
        """The repository's name without its owner's."""
        return self.name.rpartition("/")[2]

    def read(self, path: str) -> bytes:
        """Return the content of a file of the version that was planned against."""
        return self._attempts.persist(lambda: self._read(path))

    def _read(self, path: str) -> bytes:
        with tempfile.TemporaryDirectory(prefix="synthcode-") as folder:
            file = self._api.hf_hub_download(**self._where, filename=path, revision=self._seen, local_dir=folder)
            return Path(file).read_bytes()

    def _create(self) -> None:
        self._api.create_repo(**self._where, private=self._destination.private or None, exist_ok=True)
        if self._destination.revision:
            self._api.create_branch(**self._where, branch=self._destination.revision, exist_ok=True)

    def _tag(self) -> None:
        tagged = self._tagged()
        if tagged is None:
            self._api.create_tag(**self._where, tag=str(self._destination.tag), revision=self._commit)
        elif tagged != self._commit:
            raise self._taken()

    def _tagged(self) -> str | None:
        """Return the commit that the tag names; None if the tag does not exist or was not requested."""
        from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

        if not self._destination.tag:
            return None
        try:
            return str(self._api.repo_info(**self._where, revision=self._destination.tag).sha)
        except (RevisionNotFoundError, RepositoryNotFoundError):
            return None

    def _taken(self) -> InputError:
        return InputError(
            f"{self.name}: tag {self._destination.tag!r} names another version", "give this version a tag of its own"
        )


def _batches(changes: Sequence[Change]) -> Iterator[list[Change]]:
    batch: list[Change] = []
    for change in changes:
        full = len(batch) == BATCH_FILES or sum(one.size for one in batch) + change.size > BATCH_BYTES
        if batch and full:
            yield batch
            batch = []
        batch.append(change)
    if batch:
        yield batch
