from __future__ import annotations

import pytest
from yarl import URL

from synthcode.llm.backends.openai.connection.addresses import parse_address, possible_bases
from synthcode.llm.backends.openai.connection.replicas import Replicas

BASE = "http://localhost:8000/v1"


@pytest.mark.parametrize(
    "given",
    [
        f"  {BASE}/ ",
        f"{BASE}//",
        f"{BASE}/chat/completions",
        f"{BASE}/chat/completions/",
        f"{BASE}//chat//completions",
        f"{BASE}/completions",
        f"{BASE}/models",
        f"{BASE}#section",
    ],
)
def test_the_path_of_an_endpoint_is_cut_off(given):
    assert str(parse_address(given)) == BASE


def test_a_query_goes_to_every_endpoint():
    (replica,) = Replicas(["https://x.example/openai/deployments/d/chat/completions?api-version=2024-10-21"]).all
    assert str(replica.chat) == "https://x.example/openai/deployments/d/chat/completions?api-version=2024-10-21"
    assert replica.base == "https://x.example/openai/deployments/d"


@pytest.mark.parametrize(
    ("base", "others"),
    [
        ("http://h", ["http://h/v1"]),
        ("http://h/api", ["http://h/api/v1"]),
        ("http://h/api/v1", []),
        ("http://h/v1beta/openai", []),
        ("http://h/openai/deployments/d?api-version=1", ["http://h/openai/deployments/d/v1?api-version=1"]),
    ],
)
def test_v1_is_tried_where_no_version_is_given(base, others):
    assert [str(url) for url in possible_bases(URL(base))] == [base, *others]


def test_ollamas_own_address_leads_to_its_root():
    assert str(parse_address("http://localhost:11434/api/chat").path) == "/"
