"""The syntax gate's rules, as data: one set a language."""

from __future__ import annotations

from synthcode.languages.rules.c_family.rules import CPP, C
from synthcode.languages.rules.csharp.rules import CSHARP
from synthcode.languages.rules.go.rules import GO
from synthcode.languages.rules.java.rules import JAVA
from synthcode.languages.rules.kotlin.rules import KOTLIN
from synthcode.languages.rules.model import Refusal, Rewrite, SyntaxRules
from synthcode.languages.rules.php.rules import PHP
from synthcode.languages.rules.rust import RUST
from synthcode.languages.rules.scripting import PYTHON, RUBY
from synthcode.languages.rules.web import JAVASCRIPT, TYPESCRIPT

RULES: dict[str, SyntaxRules] = {
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
"""The rules by the name of the language."""

__all__ = ["RULES", "Refusal", "Rewrite", "SyntaxRules"]
