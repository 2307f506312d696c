"""Licences by the names that people, SPDX and the Hub give them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression


class License(NamedTuple):
    """A licence, or an expression of several, that SPDX knows."""

    spdx: str
    """In SPDX's spelling: ``MIT``, ``MIT OR Apache-2.0``. See https://spdx.org/licenses/."""
    hub: str | None
    """The Hub's identifier, if it has one: https://huggingface.co/docs/hub/repositories-licenses."""

    @property
    def url(self) -> str | None:
        """Where its text is; None for an expression and for a licence that SPDX does not publish."""
        if " " in self.spdx or self.spdx.startswith("LicenseRef-"):
            return None
        return f"https://spdx.org/licenses/{self.spdx.removesuffix('+')}.html"


class HubLicense(NamedTuple):
    """What a card's front matter says."""

    license: str
    name: str | None = None
    """Only where ``license`` is ``other``: of lower-case letters, digits, dots and dashes."""


MIX = "mix-of-licences"

_HUB_IDS_TEXT = """
afl-3.0 agpl-3.0 apache-2.0 artistic-2.0 bsd-2-clause bsd-3-clause bsd-3-clause-clear bsl-1.0 cc-by-2.0 cc-
by-2.5 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nd-4.0 cc-by-
nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cc0-1.0 cdla-permissive-1.0 cdla-
permissive-2.0 cdla-sharing-1.0 ecl-2.0 epl-1.0 epl-2.0 eupl-1.1 gpl-2.0 gpl-3.0 isc lgpl-2.1 lgpl-3.0 lppl-1.3c
mit mpl-2.0 ms-pl ncsa ofl-1.1 osl-3.0 postgresql unlicense wtfpl zlib
"""
_HUB_IDS = frozenset(_HUB_IDS_TEXT.split())
"""The Hub's identifiers that are SPDX's in lower case."""
_HUB_SPELLINGS = {"odc-by": "ODC-By-1.0", "odbl": "ODbL-1.0", "pddl": "PDDL-1.0"}
"""The Hub's other identifiers -> SPDX's."""
_HUB_OF = {spdx.lower(): hub for hub, spdx in _HUB_SPELLINGS.items()} | {name: name for name in _HUB_IDS}
_GNU = re.compile(r"(?P<name>[al]?gpl-\d\.\d)(-only|-or-later|\+)")
_MAX_CHARS = 200


def find_license(name: str) -> License | None:
    """Return the licence or expression that people call ``name`` (any case); None if SPDX does not know it."""
    stripped = name.strip()
    if len(stripped) > _MAX_CHARS:
        return None
    try:
        spdx = canonicalize_license_expression(_HUB_SPELLINGS.get(stripped.lower(), stripped))
    except InvalidLicenseExpression:
        return None
    lower = spdx.lower()
    versioned = _GNU.fullmatch(lower)
    return License(spdx, _HUB_OF.get(versioned["name"] if versioned else lower))


def hub_license(licenses: Mapping[str, int]) -> HubLicense:
    """Return what all licences come to.

    Parameters
    ----------
    licenses
        Name, empty where a seed names none -> seeds.

    Returns
    -------
    HubLicense
        The licence, if all have the same and the Hub knows it; ``unknown`` if no seed names one;
        otherwise ``other`` with a name: the licence's own, or that this is a mix.
    """
    if not any(name.strip() for name in licenses):
        return HubLicense("unknown")
    found = {name: find_license(name) for name in licenses}
    same = {(row.hub, None if row.hub else row.spdx) if row else (None, name) for name, row in found.items()}
    if len(same) > 1:
        return HubLicense("other", MIX)
    only, row = next(iter(found.items()))
    if row is None:
        return HubLicense("other", _slug(only))
    return HubLicense(row.hub) if row.hub else HubLicense("other", _slug(row.spdx))


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", name.lower())[:80].strip("-.") or "unnamed"
