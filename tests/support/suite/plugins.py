"""Installs distributions that add plug-ins: what ``pip`` writes, without its build."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path

ACME = Path(__file__).parents[1] / "plugin_package"


def install_acme(target: Path) -> None:
    """Install the package in ``plugin_package`` into a folder."""
    project = tomllib.loads((ACME / "pyproject.toml").read_text("utf-8"))["project"]
    shutil.copytree(ACME / "src" / "acme_synthcode", target / "acme_synthcode", ignore=shutil.ignore_patterns("__py*"))
    install_metadata(target, project["name"], project["version"], project["entry-points"])


def install_metadata(target: Path, name: str, version: str, groups: Mapping[str, Mapping[str, str]]) -> None:
    """Write a distribution's ``.dist-info``."""
    folder = target / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n", "utf-8")
    sections = (
        "\n".join([f"[{group}]", *(f"{key} = {value}" for key, value in entries.items())])
        for group, entries in groups.items()
    )
    (folder / "entry_points.txt").write_text("\n".join(sections) + "\n", "utf-8")
