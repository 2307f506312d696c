from __future__ import annotations

import pytest

from synthcode.errors import InputError
from synthcode.publishing.hub import HubRepo, Wish
from synthcode.publishing.target import Attendant


@pytest.mark.parametrize("url", ["", "hub.example", "ftp://hub.example"])
def test_an_address_of_the_hub_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", url)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with pytest.raises(InputError) as refusal:
        HubRepo(Wish("me/mine"), Attendant(print, lambda _seconds: None))
    assert refusal.value.problem == f"HF_ENDPOINT is {url!r}, no address"
    assert refusal.value.fix == "write it as https://huggingface.co, or unset it"
