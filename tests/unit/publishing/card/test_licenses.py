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
        ({"MIT OR Apache-2.0": 1, "mit or apache-2.0": 2}, HubLicense("other", "mit-or-apache-2.0")),
        ({"MIT OR Apache-2.0": 1, "MIT": 2}, HubLicense("other", MIX)),
        ({"BlueOak-1.0.0": 1}, HubLicense("other", "blueoak-1.0.0")),
        ({"Our Licence, 1.0 </b>": 4}, HubLicense("other", "our-licence-1.0-b")),
        ({"许可": 4}, HubLicense("other", "unnamed")),
        ({"": 4}, HubLicense("unknown")),
        ({}, HubLicense("unknown")),
    ],
)
def test_a_mix_of_licences_is_not_called_by_one_of_them(licenses: dict[str, int], expected: HubLicense) -> None:
    assert hub_license(licenses) == expected


@pytest.mark.parametrize(
    ("name", "spdx", "url"),
    [
        ("cc-by-4.0", "CC-BY-4.0", "https://spdx.org/licenses/CC-BY-4.0.html"),
        ("odbl", "ODbL-1.0", "https://spdx.org/licenses/ODbL-1.0.html"),
        (" GPL-3.0-or-later", "GPL-3.0-or-later", "https://spdx.org/licenses/GPL-3.0-or-later.html"),
        ("apache-2.0+", "Apache-2.0+", "https://spdx.org/licenses/Apache-2.0.html"),
        ("mit AND (isc or zlib)", "MIT AND (ISC OR Zlib)", None),
        ("licenseref-Ours", "LicenseRef-Ours", None),
    ],
)
def test_a_licence_is_read_as_spdx_writes_it(name: str, spdx: str, url: str | None) -> None:
    found = find_license(name)
    assert found is not None
    assert (found.spdx, found.url) == (spdx, url)


@pytest.mark.parametrize(
    "name", ["Ours", "", "MIT OR", "MIT or Ours", "(" * 500 + "MIT" + ")" * 500, "MIT\0", "MIT/ISC"]
)
def test_other_names_are_not_known(name: str) -> None:
    assert find_license(name) is None
