from __future__ import annotations

import getpass
import os
from pathlib import Path

import pytest

from synthcode.process_environment import prepare


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home that cannot be made, as below a file: what root may not write to either."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("HOME", str(tmp_path / "file" / "home"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name in ("XDG_CACHE_HOME", "MPLCONFIGDIR", "HF_ENDPOINT"):
        monkeypatch.setenv(name, "")  # so that it is restored
        monkeypatch.delenv(name)
    return tmp_path


def test_caches_go_to_a_private_folder_if_the_home_cannot_be_written(homeless: Path) -> None:
    prepare()
    folder = homeless / f"synthcode-cache-{os.getuid()}"
    assert os.environ["XDG_CACHE_HOME"] == str(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_another_has_laid_out_is_not_used(homeless: Path) -> None:
    (homeless / f"synthcode-cache-{os.getuid()}").symlink_to(homeless)
    prepare()
    assert Path(os.environ["XDG_CACHE_HOME"]).name != f"synthcode-cache-{os.getuid()}"


def test_a_usable_home_stays_as_it_is(homeless: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(homeless / "home"))
    before = dict(os.environ)
    prepare()
    assert dict(os.environ) == before


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://hub.example/", "https://hub.example"),
        ("https://hub.example//", "https://hub.example"),
        (" https://hub.example/hf/ ", "https://hub.example/hf"),
        ("https://hub.example", "https://hub.example"),
        ("", None),
        (" / ", None),
    ],
)
def test_the_address_of_the_hub_has_no_slash_at_its_end(
    homeless: Path, monkeypatch: pytest.MonkeyPatch, given: str, expected: str | None
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", given)
    prepare()
    assert os.environ.get("HF_ENDPOINT") == expected


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_one_bundle_of_certificates_counts_for_all_clients(
    homeless: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv(variable, "/etc/corp.pem")
    prepare()
    assert os.environ["SSL_CERT_FILE"] == "/etc/corp.pem"
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/other.pem")
    prepare()
    assert os.environ["SSL_CERT_FILE"] == "/etc/other.pem"


def test_a_user_without_a_name_gets_one(homeless: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)

    def nameless(_uid: int) -> None:
        raise KeyError("uid not found")

    monkeypatch.setattr("pwd.getpwuid", nameless)
    monkeypatch.setattr("os.getuid", lambda: 12345)
    prepare()
    assert getpass.getuser() == "user12345"
