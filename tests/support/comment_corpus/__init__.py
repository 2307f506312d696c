"""Programs whose strings look like comments and whose comments hide: with what stripping leaves of each."""

from __future__ import annotations

from tests.support.comment_corpus.c_family import CPP, CSHARP, C
from tests.support.comment_corpus.compiled import GO, JAVA, KOTLIN, RUST
from tests.support.comment_corpus.scripts import PHP, PYTHON, RUBY
from tests.support.comment_corpus.web import JAVASCRIPT, TYPESCRIPT

CORPUS = {
    "python": PYTHON,
    "java": JAVA,
    "javascript": JAVASCRIPT,
    "typescript": TYPESCRIPT,
    "go": GO,
    "php": PHP,
    "ruby": RUBY,
    "c": C,
    "cpp": CPP,
    "csharp": CSHARP,
    "rust": RUST,
    "kotlin": KOTLIN,
}
"""Language -> (source, the same stripped). Both parse without error."""
