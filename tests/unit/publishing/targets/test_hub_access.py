from __future__ import annotations

import pytest

from synthcode.errors import InputError
from synthcode.publishing.targets.hub import HubDestination, HubRepo
from synthcode.publishing.targets.hub_access import refuse_reference
from synthcode.publishing.targets.target import PublishCallbacks


@pytest.mark.parametrize("url", ["", "hub.example", "ftp://hub.example"])
def test_an_address_of_the_hub_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", url)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with pytest.raises(InputError) as refusal:
        HubRepo(HubDestination("me/mine"), PublishCallbacks(print, lambda _seconds: None))
    assert refusal.value.problem == f"HF_ENDPOINT is {url!r}, no address"
    assert refusal.value.fix == "write it as https://huggingface.co, or unset it"


@pytest.mark.parametrize(
    "tag", ["", "v 1", "v1~", "a..b", "-v1", ".v1", "v1.", "v1.lock", "a//b", "@", "@{1}", "a\\b", "a\n"]
)
def test_what_git_calls_no_tag_is_refused_before_anything_is_uploaded(tag: str) -> None:
    with pytest.raises(InputError) as refusal:
        refuse_reference(tag, "--tag")
    assert refusal.value.problem == f"--tag: {tag!r} is not a valid git ref name"


@pytest.mark.parametrize("tag", [None, "v1", "1.0.0-rc.1", "feature/a_b", "v1@x", "2026-11", "été"])
def test_what_git_takes_passes(tag: str | None) -> None:
    refuse_reference(tag, "--tag")
