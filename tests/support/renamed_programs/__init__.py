"""Programs of every language, before and after their variables are renamed."""

from __future__ import annotations

from tests.support.renamed_programs import compiled, scripting

CASES = scripting.CASES | compiled.CASES
