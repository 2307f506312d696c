from __future__ import annotations

import pytest

from synthcode.llm.backends.openai.connection.api_key import trusted_addresses

REMOTE = "http://gpu.example.org:8000/v1"


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8000/v1",
        "http://127.0.0.1:8000/v1",
        "http://127.8.9.1/v1",
        "http://[::1]:8000/v1",
        "https://api.openai.com/v1",
    ],
)
def test_this_machine_and_the_keys_owner_are_sent_it(url: str) -> None:
    assert trusted_addresses([url], (), {}) == [url]


@pytest.mark.parametrize(
    "url",
    [
        REMOTE,
        "http://127.0.0.1.example.org/v1",
        "http://localhost.example.org/v1",
        "https://api.openai.com.example.org/v1",
        "http://api.openai.com/v1",
        "https://api.openai.com:444/v1",
        "http://10.0.0.1/v1",
        "not a url",
    ],
)
def test_a_server_that_only_a_recipe_names_is_not(url: str) -> None:
    assert trusted_addresses([url], (), {}) == []


def test_who_names_a_server_himself_has_it_sent_the_key() -> None:
    assert trusted_addresses([REMOTE], [REMOTE], {}) == [REMOTE]
    assert trusted_addresses([REMOTE], ["http://gpu.example.org:9/v1"], {}) == []
    assert trusted_addresses([REMOTE], ["https://gpu.example.org:8000/v1"], {}) == []
    assert trusted_addresses([REMOTE], [], {"OPENAI_BASE_URL": REMOTE}) == [REMOTE]
    assert trusted_addresses([REMOTE], [], {"SYNTHCODE_KEY_HOSTS": "a.org, GPU.example.org"}) == [REMOTE]
    assert trusted_addresses([REMOTE], [], {"SYNTHCODE_KEY_HOSTS": "gpu.example.org:8000"}) == [REMOTE]
    assert trusted_addresses([REMOTE], [], {"SYNTHCODE_KEY_HOSTS": "example.org,gpu.example.org:80"}) == []
    both = ["http://localhost/v1", REMOTE]
    assert trusted_addresses(both, [], {}) == both[:1]
