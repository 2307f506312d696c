"""The stage: rows with their levels and rejections, and machines that lack a compiler or a sandbox."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from synthcode.errors import SandboxUnavailable
from synthcode.schemas.records import StageResult
from synthcode.schemas.tables import REJECTED, TRANSLATIONS
from synthcode.verification.compiling.compile_stage import compile_translations
from synthcode.verification.compiling.controls import compiler_versions, missing_compilers
from synthcode.verification.sandboxes.sandbox import require_sandbox, try_sandbox_again
from tests.support.programs.compiled_programs import BAD, GOOD, toolchain


def translations(*rows: tuple[str, str]) -> pa.Table:
    filled = {"seed_id": "s", "sample_index": 0, "model": "m", "prompt_name": "p", "prompt_digest": "d"}
    return pa.Table.from_pylist(
        [
            {**filled, "request_id": str(place), "target_language": language, "code": code, "n_chars": len(code)}
            | {"verification": "syntax"}
            for place, (language, code) in enumerate(rows)
        ],
        schema=TRANSLATIONS,
    )


def test_rows_keep_their_order_and_are_told_what_they_passed() -> None:
    toolchain("c")
    toolchain("ruby")
    kept = translations(
        ("ruby", GOOD["ruby"][0]), ("c", BAD["c"][0]), ("kotlin", "fun f() = 1"), ("c", GOOD["c"][0]), ("ruby", "f")
    )
    found = compile_translations(StageResult(kept, REJECTED.empty_table()))
    assert found.kept["request_id"].to_pylist() == ["0", "2", "3", "4"]
    assert found.kept["verification"].to_pylist() == ["checked", "syntax", "compiled", "checked"]
    (rejected,) = found.rejected.to_pylist()
    assert (rejected["request_id"], rejected["reason"], rejected["code"]) == ("1", "compile_error", BAD["c"][0])
    assert "redefinition" in rejected["detail"]
    nothing = StageResult(TRANSLATIONS.empty_table(), REJECTED.empty_table())
    assert compile_translations(nothing) == nothing


def test_a_machine_without_compilers_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert missing_compilers(["python", "c", "kotlin"]) == {
        "c": "gcc is not on the PATH",
        "kotlin": "there is no quick compiler for it",
    }
    assert compiler_versions() == {}
    kept = translations(("c", BAD["c"][0]))
    assert compile_translations(StageResult(kept, REJECTED.empty_table())).kept.equals(kept)


def test_without_a_sandbox_nothing_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    try_sandbox_again()
    try:
        with pytest.raises(SandboxUnavailable) as refusal:
            require_sandbox()
        assert "bwrap is not on the PATH" in refusal.value.problem
        assert "--compile" in refusal.value.fix
    finally:
        try_sandbox_again()


def test_a_compiler_from_npm_is_named_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNTHCODE_NODE_PACKAGES", str(tmp_path))
    (tmp_path / "node").touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    problem = missing_compilers(["typescript"])["typescript"]
    assert problem == f"the package typescript is not installed: npm install --prefix {tmp_path} typescript@5.9"
