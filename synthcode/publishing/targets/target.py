"""What all places that a dataset is published to have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from synthcode.publishing.card.card_merge import merge_card, recorded_paths
from synthcode.publishing.dataset_files import CARD_NAME, LocalFile, RemoteFile, managed_paths
from synthcode.publishing.targets.plan import Plan, make_plan


@dataclass(frozen=True)
class RemoteState:
    """What is in a place now."""

    files: Mapping[str, RemoteFile]
    card: str | None = None
    """Its card; None if it has none."""
    version: str | None = None
    """The commit, for a target with versions; None if there is none yet."""


class Publishable(Protocol):
    """What is to be published: a dataset, or a model."""

    def addressed(self, name: str) -> Publishable:
        """Return it with the name of its repository in the examples of its card."""
        ...

    def plan(self, there: RemoteState, where: str) -> Plan:
        """Compare with what is in a place; ``where`` is what errors call its card."""
        ...


EXAMPLES = ('load_dataset("{}"', "hf download {} ")
"""Placeholders in a dataset's card for ``user/name``, replaced when the repository is known."""


@dataclass(frozen=True)
class Dataset:
    """A dataset that is to be published."""

    card: str
    files: Sequence[LocalFile]
    """All but the card."""

    def addressed(self, name: str) -> Dataset:
        """Return it with the name of its repository in the examples of its card."""
        card = self.card
        for example in EXAMPLES:
            card = card.replace(example.format("user/name"), example.format(name))
        return replace(self, card=card)

    def plan(self, there: RemoteState, where: str) -> Plan:
        """Compare with what is in a place."""
        roots = managed_paths(self.files)
        card = merge_card(self.card, there.card, roots, where)
        files = [*self.files, LocalFile(CARD_NAME, card.encode("utf-8", "surrogateescape"))]
        plan = make_plan(files, there.files, {*roots, *recorded_paths(there.card)} - {CARD_NAME})
        return replace(plan, card_there=there.card)


@dataclass(frozen=True)
class Model:
    """A model that is to be published."""

    card: str
    files: Sequence[LocalFile]
    """All but the card."""

    def addressed(self, name: str) -> Model:
        """Return it with the name of its repository in the examples of its card."""
        return replace(self, card=self.card.replace("user/name", name))

    def plan(self, there: RemoteState, where: str) -> Plan:
        """Compare with what is in a place; files that are not the model's stay."""
        files = [*self.files, LocalFile(CARD_NAME, self.card.encode("utf-8", "surrogateescape"))]
        return replace(make_plan(files, there.files, ()), card_there=there.card)


@dataclass(frozen=True)
class PublishCallbacks:
    """Callbacks for progress messages and cancellation."""

    tell: Callable[[str], None]
    """Receives one line, for example that the Hub fails and is retried."""
    pause: Callable[[float], None]
    """Waits for so many seconds; raises ``Interrupted`` on a request to stop, even for 0 seconds."""


class Target(Protocol):
    """A place that a dataset is published to."""

    name: str
    """As people know it."""

    is_folder: bool
    """Whether ``datasets`` loads it as a folder."""

    @property
    def repository(self) -> str:
        """The last part of its address: the name that ``datasets`` knows it by."""
        ...

    def plan(self, dataset: Dataset) -> Plan:
        """Return what publishing would change."""
        ...

    def read(self, path: str) -> bytes:
        """Return the content of a file that is there."""
        ...

    def publish(self, dataset: Dataset, uploaded: Callable[[int], None]) -> str:
        """Publish the dataset, and return the address of the result.

        Parameters
        ----------
        dataset
            What is to be there.
        uploaded
            Receives the number of bytes uploaded since its last call.

        Raises
        ------
        SynthcodeError
            If the place refuses, cannot be read or written, or fails for longer than is worth waiting for.
        """
        ...

    def load(self, config: str, split: str, paths: Sequence[str]) -> Any:
        """Return a split of what was published as ``datasets`` streams it; ``paths`` are its files'."""
        ...
