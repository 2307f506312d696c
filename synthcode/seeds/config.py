"""What to read seeds from: the section ``seeds:`` of a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from annotated_types import Ge, Le

from synthcode.languages.parsing import MAX_BYTES
from synthcode.vocabulary import TextPart


@dataclass(frozen=True)
class SeedsConfig:
    """Where seeds come from, and which of them to take."""

    adapter: str
    """The layout that the data is in: a name of the entry-point group ``synthcode.seed_adapters``."""
    path: str
    """A file or folder; for ``hub`` the name of a dataset, or a folder."""
    limit: Annotated[int, Ge(1)] | None = None
    """Read no more than the first rows."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Our column -> theirs (``table``, ``hub``). An empty string says that they have none."""
    language: str | None = None
    """The language of rows that do not say theirs; of those that do, only these rows are taken."""
    split: str | None = None
    """Take the rows of one split only."""
    name: str | None = None
    """The configuration of a dataset (``hub``)."""
    revision: str | None = None
    """The commit, tag or branch of a dataset (``hub``)."""
    source: str | None = None
    """What to call the data in the column ``source``; None takes the adapter's name, for ``hub`` the dataset's."""
    text: TextPart = "description"
    """What to take of a given text: its ``description``, which ends where examples, parameters and the like begin; its
    ``first-paragraph``, as CodeSearchNet does; or the ``whole`` text."""
    license: str | None = None
    """The licence of rows that do not name theirs, as an SPDX expression."""
    keep_columns: tuple[str, ...] = ()
    """Further columns to carry along (``table``, ``hub``): seeds and the dataset have them in the column ``extra``."""
    max_code_chars: Annotated[int, Ge(1), Le(MAX_BYTES)] = MAX_BYTES
    """Longer code is rejected. The parser's own limit is in bytes of UTF-8 and holds as well."""
