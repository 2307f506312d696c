"""A secret that appears, changes or goes is known as such at once: what is remembered of others does not matter."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from synthcode import redaction


def is_known(secret: str) -> bool:
    return redaction.current().values(f"x {secret} y") == "x *** y"


def test_a_change_of_the_environment_counts_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = "sk-first-0123456", "sk-second-789012", "sk-third-345678"
    assert not is_known(first)
    monkeypatch.setenv("MINE_API_KEY", first)
    assert is_known(first)
    monkeypatch.setenv("MINE_API_KEY", second)
    assert is_known(second)
    monkeypatch.setenv("MINE_ADDRESS", f"http://host/v1?token={first}")
    assert is_known(first)
    monkeypatch.setenv("MINE_ADDRESS", f"http://me:{third}@host/v1")
    assert is_known(third)
    monkeypatch.setenv("MINE_OTHER_KEY", third)
    monkeypatch.delenv("MINE_ADDRESS")
    assert is_known(third)
    monkeypatch.delenv("MINE_OTHER_KEY")
    assert not is_known(third)


def test_a_value_registered_later_counts_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_registered", set())
    assert not is_known("key-given-later-1")
    redaction.register("key-given-later-1")
    assert is_known("key-given-later-1")
    redaction.register_credentials("--api-key=key-given-later-2")
    assert is_known("key-given-later-2")


def test_the_same_value_under_another_name_is_judged_by_that_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARMLESS", "value-of-both-123")
    assert not is_known("value-of-both-123")
    monkeypatch.setenv("HARMLESS_TOKEN", "value-of-both-123")
    assert is_known("value-of-both-123")


@pytest.mark.parametrize("age", [0, 3600])
def test_a_token_file_that_changes_is_read_again(age: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the same size and the same times of change, too: a login may write it twice within one tick of the clock."""
    path = tmp_path / "token"
    monkeypatch.setenv("HF_TOKEN_PATH", str(path))
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + age * 10**9)
    path.write_text("hf_fromTheFile123456\n")
    assert is_known("hf_fromTheFile123456")
    assert is_known("hf_fromTheFile123456")
    times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    path.write_text("hf_other_File7890123")
    if not age:
        path.write_text("hf_fromTheOther12345\n")
        os.utime(path, ns=times)
        assert is_known("hf_fromTheOther12345")
        return
    assert is_known("hf_other_File7890123")
    path.unlink()
    assert not is_known("hf_other_File7890123")
    path.write_text("hf_back_again_123456")
    assert is_known("hf_back_again_123456")
    path.unlink()
    path.mkdir()
    assert not is_known("hf_back_again_123456")
