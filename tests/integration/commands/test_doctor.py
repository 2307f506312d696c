"""'doctor' says how to install what is missing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from synthcode.pipelines.commands.setup.doctor import _without


def lines_of(search_path: str, *options: str) -> dict[str, str]:
    environment = {**os.environ, "PATH": search_path, "COLUMNS": "300", "SYNTHCODE_NODE_PACKAGES": search_path}
    command = [sys.executable, *options, "-m", "synthcode", "doctor"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    rows = (re.split(r" {2,}", line.strip(), maxsplit=2) for line in done.stdout.splitlines())
    return {row[1]: f"{row[0]}: {row[2]}" for row in rows}


@pytest.mark.slow
def test_missing_things_come_with_the_line_that_installs_them(tmp_path: Path) -> None:
    found = lines_of(str(tmp_path))
    assert found["sandbox"].startswith("no: bubblewrap: ")
    assert found["sandbox"].endswith("; apt install bubblewrap (optional, for verify and check --compile)")
    assert found["toolchain java"] == "no: not tried: that needs the sandbox (optional, for verify and check --compile)"
    assert found["npm lodash"] == f"no: npm install --prefix {tmp_path} lodash@4 (optional, for verify)"
    assert re.fullmatch(r"yes: [\d,.]+ GiB free in the working directory", found["disk"])
    assert re.fullmatch(r"yes: [\d,.]+ GiB free", found["memory"])
    missing = [line for line in found.values() if line.startswith("no: ")]
    assert missing
    assert all("optional" in line for line in missing)


@pytest.mark.parametrize(
    ("language", "package"),
    [("java", "default-jdk-headless"), ("go", "golang-go"), ("cpp", "g++"), ("rust", "rustc"), ("php", "php-cli")],
)
def test_a_missing_compiler_comes_with_its_package(
    language: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (
        _without(language, "not found")
        == f"not found; apt install {package} (optional, for verify and check --compile)"
    )


def test_the_hint_is_only_commands(tmp_path: Path) -> None:
    environment = {**os.environ, "PATH": str(tmp_path), "SYNTHCODE_NODE_PACKAGES": str(tmp_path)}
    command = [sys.executable, "-m", "synthcode", "doctor", "--install-hint"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    apt, npm = done.stdout.splitlines()
    assert apt.startswith("apt install bubblewrap ")
    assert npm == f"npm install --prefix {tmp_path} lodash@4 typescript@5.9"
