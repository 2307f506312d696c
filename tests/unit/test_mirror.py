"""Each file of unit tests lies where the code lies that it tests."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "tests" / "unit"
EXCEPTIONS = {
    "docs/test_manual.py": "of all pages of the manual",
    "gate/answers/test_answer_files.py": "of the whole gate",
    "gate/answers/test_answers.py": "of the whole gate",
    "gate/answers/test_long_answers.py": "of the whole gate, and of the variants and descriptions",
    "gate/syntax/test_syntax_corpus.py": "of diagnose, on files of cases",
    "gate/syntax/test_toolchain_corpus.py": "of the whole gate, against the languages' toolchains",
    "test_architecture.py": "of all modules",
    "test_hanging_tests.py": "of the settings of pytest",
    "test_linear_patterns.py": "of all modules",
    "test_marked_tests.py": "of tests/support/suite/marked_tests.py",
    "test_mirror.py": "of the tests",
    "test_public_api.py": "of the package itself",
    "test_required_tests.py": "of tests/support/suite/required_tests.py",
    "test_shared_examinations.py": "of tests/support/suite/shared_examinations.py",
    "verification/languages/test_missing_libraries.py": "of several languages",
    "verification/languages/test_published_forms.py": "of several languages",
}
"""File -> what it tests instead of one module or folder."""


def has_counterpart(test: Path) -> bool:
    """Tell whether the module or folder is there: ``test_lock_in_hostile_folders.py`` is of ``lock.py`` too."""
    room = test.relative_to(UNIT).parent
    code = (ROOT if room.parts[:1] == ("docs",) else ROOT / "synthcode") / room
    subject = test.stem.removeprefix("test_")
    return any(
        subject == name or subject.startswith(f"{name}_")
        for name in (path.stem for path in code.glob("*") if path.is_dir() or path.suffix == ".py")
    )


def test_unit_tests_mirror_the_code() -> None:
    tests = sorted(UNIT.rglob("test_*.py"))
    assert len(tests) > 150
    found = {path.relative_to(UNIT).as_posix() for path in tests if not has_counterpart(path)}
    assert found == EXCEPTIONS.keys()
