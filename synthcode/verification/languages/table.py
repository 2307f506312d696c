"""The languages whose programs can be tested."""

from __future__ import annotations

from collections.abc import Mapping

from synthcode.verification.languages.c import C
from synthcode.verification.languages.cpp import CPP
from synthcode.verification.languages.csharp import CSHARP
from synthcode.verification.languages.go import GO
from synthcode.verification.languages.java import JAVA
from synthcode.verification.languages.javascript import JAVASCRIPT
from synthcode.verification.languages.kotlin import KOTLIN
from synthcode.verification.languages.php import PHP
from synthcode.verification.languages.python import PYTHON
from synthcode.verification.languages.ruby import RUBY
from synthcode.verification.languages.rust import RUST
from synthcode.verification.languages.tested import TestedLanguage
from synthcode.verification.languages.typescript import TYPESCRIPT

_ROWS = (
    PYTHON,
    JAVASCRIPT,
    TYPESCRIPT,
    GO,
    C,
    CPP,
    CSHARP,
    JAVA,
    KOTLIN,
    PHP,
    RUBY,
    RUST,
)

TESTED_LANGUAGES: Mapping[str, TestedLanguage] = {one.name: one for one in _ROWS}
