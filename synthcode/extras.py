"""How to install what an optional part needs. synthcode is on no package index: it installs from its source."""

from __future__ import annotations

import json
import shlex
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_PROJECT = "pyproject.toml"


def encoder_extra(encoder: str) -> str:
    """Return the extra that has what an encoder needs, given as ``bm25`` or ``KIND:NAME``."""
    kind = encoder.partition(":")[0]
    return kind if kind in ("bm25", "static") else "eval"


def install_line(extra: str) -> str:
    """Return the command that installs an extra, from where synthcode itself was installed.

    pip records that place (PEP 610). Without a record, as of a wheel, a checkout is named in words.
    """
    source = _recorded_source()
    url = str(source.get("url", ""))
    folder = Path(unquote(urlsplit(url).path))
    if "dir_info" in source and (folder / _PROJECT).is_file():
        place = "." if folder.resolve() == Path.cwd().resolve() else str(folder)
        flag = "-e " if source["dir_info"].get("editable") else ""
        return f"pip install {flag}{_quoted(f'{place}[{extra}]')}"
    if "vcs_info" in source and url.startswith("https://"):
        return f"pip install {_quoted(f'synthcode[{extra}] @ git+{url}')}"
    return f"in a checkout of synthcode: pip install {_quoted(f'.[{extra}]')}"


def _recorded_source() -> dict[str, Any]:
    try:
        record = json.loads(distribution("synthcode").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError, OSError):
        return {}
    return record if isinstance(record, dict) else {}


def _quoted(requirement: str) -> str:
    """Return a requirement in quotes: brackets are patterns of zsh."""
    quoted = shlex.quote(requirement)
    return quoted if quoted.startswith("'") else f"'{quoted}'"
