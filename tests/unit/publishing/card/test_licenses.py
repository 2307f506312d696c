from __future__ import annotations

import pytest

from synthcode.publishing.card.licenses import MIX, HubLicense, find_license, hub_license


@pytest.mark.parametrize(
    ("licenses", "expected"),
    [
        ({"MIT": 4}, HubLicense("mit")),
        ({"MIT": 3, "mit": 1}, HubLicense("mit")),
        ({"GPL-3.0-only": 2, "GPL-3.0-or-later": 1}, HubLicense("gpl-3.0")),
        ({"ODC-By-1.0": 1}, HubLicense("odc-by")),
        ({"MIT": 3, "": 1}, HubLicense("other", MIX)),
        ({"MIT": 1, "CC-BY-4.0": 1}, HubLicense("other", MIX)),
        ({"Ours": 1, "Theirs": 1}, HubLicense("other", MIX)),
        ({"Our Licence, 1.0 </b>": 4}, HubLicense("other", "our-licence-1.0-b")),
        ({"许可": 4}, HubLicense("other", "unnamed")),
        ({"": 4}, HubLicense("unknown")),
        ({}, HubLicense("unknown")),
    ],
)
def test_a_mix_of_licences_is_not_called_by_one_of_them(licenses: dict[str, int], expected: HubLicense) -> None:
    assert hub_license(licenses) == expected


def test_a_known_licence_has_an_address() -> None:
    found = find_license("cc-by-4.0")
    assert found is not None
    assert found.url == "https://spdx.org/licenses/CC-BY-4.0.html"
    assert find_license("Ours") is None
