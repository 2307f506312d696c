"""Other forms of a text that its grammar cannot parse: the language may know more than the grammar does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from synthcode.gate.syntax.heredocs import without_heredocs
from synthcode.gate.syntax.preprocessor import preprocessed
from synthcode.gate.syntax.rewrites import rewritten
from synthcode.languages.rules import SyntaxRules

_DIRECTIVE = re.compile(rb"^[ \t]*#[ \t]*(?!(?:include|endif|undef)\b)", re.MULTILINE)


def other_forms(data: bytes, rules: SyntaxRules) -> Iterator[bytes]:
    """Yield other ways to write a text that the grammar does not know."""
    tried = {data}
    for prepared in _prepared(data, rules):
        candidate = rewritten(prepared, rules.rewrites, rules.literals) if rules.rewrites else prepared
        if candidate not in tried:
            yield candidate
        tried.add(candidate)


def _prepared(data: bytes, rules: SyntaxRules) -> Iterator[bytes]:
    yield data
    if rules.heredocs and b"<<" in data:
        yield without_heredocs(data)
    if rules.preprocessor is not None and _DIRECTIVE.search(data):
        yield preprocessed(data, rules.preprocessor)
