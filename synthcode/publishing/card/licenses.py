"""Licences by the names that people, SPDX and the Hub give them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple


class License(NamedTuple):
    """A licence that the Hub knows."""

    spdx: str
    """SPDX's identifier: https://spdx.org/licenses/."""
    hub: str
    """The Hub's: https://huggingface.co/docs/hub/repositories-licenses."""

    @property
    def url(self) -> str:
        """Where its text is."""
        return f"https://spdx.org/licenses/{self.spdx}.html"


class HubLicense(NamedTuple):
    """What a card's front matter says."""

    license: str
    name: str | None = None
    """Only where ``license`` is ``other``: of lower-case letters, digits, dots and dashes."""


MIX = "mix-of-licences"

_SAME_NAME = (
    *("AFL-3.0", "AGPL-3.0", "Apache-2.0", "Artistic-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSD-3-Clause-Clear"),
    *("BSL-1.0", "CC-BY-2.0", "CC-BY-2.5", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0"),
    *("CC-BY-NC-2.0", "CC-BY-NC-3.0", "CC-BY-NC-4.0", "CC-BY-ND-4.0", "CC-BY-NC-ND-3.0", "CC-BY-NC-ND-4.0"),
    *("CC-BY-NC-SA-2.0", "CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0", "CC0-1.0"),
    *("CDLA-Permissive-1.0", "CDLA-Permissive-2.0", "CDLA-Sharing-1.0", "ECL-2.0", "EPL-1.0", "EPL-2.0"),
    *("EUPL-1.1", "GPL-2.0", "GPL-3.0", "ISC", "LGPL-2.1", "LGPL-3.0", "LPPL-1.3c", "MIT", "MPL-2.0"),
    *("MS-PL", "NCSA", "OFL-1.1", "OSL-3.0", "PostgreSQL", "Unlicense", "WTFPL", "Zlib"),
)
_OTHER_NAME = (License("ODC-By-1.0", "odc-by"), License("ODbL-1.0", "odbl"), License("PDDL-1.0", "pddl"))
_KNOWN = {
    spelling: row
    for row in (*(License(name, name.lower()) for name in _SAME_NAME), *_OTHER_NAME)
    for spelling in (row.spdx.lower(), row.hub)
}
_GNU = re.compile(r"(?P<name>a?l?gpl-\d\.\d)(-only|-or-later|\+)")


def find_license(name: str) -> License | None:
    """Return the licence that people call ``name`` (any case), or None."""
    lower = name.strip().lower()
    versioned = _GNU.fullmatch(lower)
    return _KNOWN.get(versioned["name"] if versioned else lower)


def hub_license(licenses: Mapping[str, int]) -> HubLicense:
    """Return what all licences come to.

    Parameters
    ----------
    licenses
        Name, empty where a seed names none -> seeds.

    Returns
    -------
    HubLicense
        The only licence, where all have the same and the Hub knows it; ``unknown`` where none is named;
        otherwise ``other`` with a name: the licence's own, or that this is a mix.
    """
    if not any(name.strip() for name in licenses):
        return HubLicense("unknown")
    found = {name: find_license(name) for name in licenses}
    same = {row.hub if row else f"\0{name}" for name, row in found.items()}
    if len(same) > 1:
        return HubLicense("other", MIX)
    only, row = next(iter(found.items()))
    return HubLicense(row.hub) if row else HubLicense("other", _slug(only))


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", name.lower())[:80].strip("-.") or "unnamed"
