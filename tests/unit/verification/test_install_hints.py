"""The commands that install what is missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from synthcode.verification.benches import forget_benches, open_bench
from synthcode.verification.install_hints import apt_command, install_commands
from synthcode.verification.languages.javascript.packages import VARIABLE, installed_versions, packages_folder
from tests.support.programs.benches import runner_of


def test_a_bare_machine_gets_one_command_for_each_package_manager(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(VARIABLE, str(tmp_path / "my packages"))
    apt, npm = install_commands()
    words = apt.split()
    assert words[:2] == ["apt", "install"]
    assert {"bubblewrap", "default-jdk-headless", "nodejs", "php-cli", "ruby", "golang-go", "gcc", "npm"} <= set(words)
    assert len(set(words)) == len(words)
    assert npm == f"npm install --prefix '{tmp_path}/my packages' lodash@4 typescript@5.9"


def test_what_is_there_is_not_installed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("php", "npm"):
        (tmp_path / name).touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert apt_command(["php"]) == ""
    assert apt_command(["php", "ruby"]) == "apt install ruby"
    lodash = tmp_path / "node_modules/lodash"
    lodash.mkdir(parents=True)
    (lodash / "lodash.js").touch()
    apt, npm = install_commands()
    assert "npm" not in apt.split()
    assert npm == f"npm install --prefix {tmp_path} typescript@5.9"


def test_the_folder_of_packages_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert packages_folder() == Path("/data/synthcode/node")
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/me")
    assert packages_folder() == Path("/home/me/.local/share/synthcode/node")


@pytest.mark.parametrize("manifest", ["", "[", "[1]", '{"version": "4.0\\u001b[1m\\n"}', "{}", "null"])
def test_a_damaged_package_does_no_harm(manifest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    path = tmp_path / "node_modules/lodash/package.json"
    path.parent.mkdir(parents=True)
    path.write_text(manifest)
    assert installed_versions("lodash", "typescript").isprintable()


def test_a_verdict_depends_on_the_versions_of_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runner_of("javascript")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    manifest = tmp_path / "node_modules/lodash/package.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps({"version": "4.17.21"}))
    forget_benches()
    try:
        assert open_bench("javascript").version.endswith(", lodash 4.17.21")
    finally:
        forget_benches()
