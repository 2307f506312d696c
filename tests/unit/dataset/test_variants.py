"""The stage: every program gets its code without comments and with an anonymous entry point."""

from __future__ import annotations

import pyarrow as pa
import pytest

from synthcode.comments import snippets
from synthcode.dataset.variants import anonymise, find_entry_point, make_variants, without_variants
from synthcode.errors import InputError
from synthcode.languages import LANGUAGES
from synthcode.languages.parsing import ParseTimeout
from synthcode.schemas.tables import DATASET_PROGRAMS, PROGRAMS


def programs(*rows: tuple[str, str, str | None]) -> pa.Table:
    table = pa.table(
        {
            "program_id": [f"p{index}" for index in range(len(rows))],
            "seed_id": ["s"] * len(rows),
            "language": [language for language, _, _ in rows],
            "origin": ["seed"] * len(rows),
            "code": [code for _, code, _ in rows],
        },
        schema=PROGRAMS,
    )
    return table.append_column("entry_point", pa.array([entry for _, _, entry in rows], pa.string()))


class TestTheStage:
    def test_every_row_gets_both_variants(self) -> None:
        batch = programs(
            ("python", "def run_it():  # c\n    return run_it\n", "run_it"),
            ("go", "package a\n\n// c\nfunc RunIt() {}\n", "run_it"),
            ("ruby", "def a; end # c\n", None),
            ("c", "int x; // c\n", "run_it"),
        )
        result = make_variants(batch)
        assert result.drop_columns(["code_stripped", "code_anonymous"]).equals(batch)
        assert result.column("code_stripped").to_pylist() == [
            "def run_it():\n    return run_it\n",
            "package a\n\nfunc RunIt() {}\n",
            "def a; end\n",
            "int x;\n",
        ]
        assert result.column("code_anonymous").to_pylist() == [
            "def f():\n    return f\n",
            "package a\n\nfunc f() {}\n",
            "def f; end\n",
            "int x;\n",
        ]
        columns = [
            field
            for field in DATASET_PROGRAMS
            if field.name not in ("document_id", "contaminated_by", "source_id", "verification")
        ]
        result.select([field.name for field in columns]).cast(pa.schema(columns))

    def test_no_rows_are_no_rows(self) -> None:
        result = make_variants(programs())
        assert result.num_rows == 0
        assert result.schema.field("code_anonymous").type == pa.string()

    def test_a_program_that_no_parser_gets_through_is_left_as_it_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def never(*_: object) -> None:
            raise ParseTimeout

        monkeypatch.setattr(snippets, "parse", never)
        batch = programs(("java", "// c\nclass A { void f() {} }", "g"))
        assert make_variants(batch).equals(without_variants(batch))
        assert find_entry_point("class A { void f() {} }", LANGUAGES["java"], None) is None
        assert anonymise("class A { void f() {} } // c", LANGUAGES["java"], "f") == "class A { void f() {} } // c"

    def test_without_variants_the_code_stands_for_both(self) -> None:
        result = without_variants(programs(("python", "x  # c\n", None)))
        assert result.column("code_stripped").to_pylist() == result.column("code_anonymous").to_pylist() == ["x  # c\n"]

    def test_a_language_that_does_not_exist_is_an_error(self) -> None:
        with pytest.raises(InputError, match="unknown language 'cobol'"):
            make_variants(programs(("cobol", "x", None)))
