"""Programs that compute with single precision, where Python has numbers of double precision."""

from __future__ import annotations

import re

from synthcode.comments.stripping import strip
from synthcode.languages import get_language
from synthcode.languages.parsing import ParseTimeout

_NAMES = {
    **dict.fromkeys(("c", "cpp", "csharp"), "float"),
    **{"java": "[fF]loat", "kotlin": "Float", "go": "float32", "rust": "f32"},
}


def is_single(code: str, language_name: str) -> bool:
    """Return whether a program uses its language's type of single precision."""
    name = re.compile(rf"\b{_NAMES[language_name]}\b")
    if name.search(code) is None:
        return False
    try:
        return name.search(strip(code, get_language(language_name))) is not None
    except ParseTimeout:
        return True
