"""Text from seeds, recipes and models in YAML and BibTeX: shown as it is, never read as markup."""

from __future__ import annotations

import re
from typing import Any

import yaml

from synthcode.sanitize import one_line

_LATEX = re.compile(r"[&%$#_]")
_NOT_LATEX = re.compile(r"[{}\\~^\"]")
_LINE_ENDS = ("\n", "\r", "\x85", "\u2028", "\u2029")


def bibtex(text: str) -> str:
    """Return a text as the value of a BibTeX field, for within braces."""
    return _LATEX.sub(r"\\\g<0>", _NOT_LATEX.sub("", one_line(text, None)))


def yaml_block(tree: Any) -> str:
    """Return YAML in which every scalar stands on one line: none of them can begin or end anything."""
    return yaml.dump(tree, Dumper=_OneLine, sort_keys=False, allow_unicode=True, width=10**9).rstrip("\n")


class _OneLine(yaml.SafeDumper):
    """Writes texts of several lines with escapes, and no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if any(end in text for end in _LINE_ENDS) else None
    # Halves of surrogate pairs cannot be written as UTF-8.
    return dumper.represent_scalar("tag:yaml.org,2002:str", text.encode(errors="replace").decode(), style=style)


_OneLine.add_representer(str, _represent_text)
