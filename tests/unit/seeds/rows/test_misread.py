"""A file in another form is named, with the way to convert it, before a column that it lacks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.seeds.adapters import table
from synthcode.seeds.config import SeedsConfig

ROW = {"text": "Add one to a number.", "code": "def f(x):\n    return x + 1\n", "language": "python"}
HUB = {"rows": [{"row_idx": 0, "row": ROW}], "num_rows_total": 1}
OTHER_FORMS = {
    "caret.csv": ("text^code^language\na^b^c\n", "has one column: 'text^code^language'", "its first line"),
    "title.csv": ("My tasks\n\ntext,code\n", "has one column: 'My tasks'", "its first line"),
    "mac.csv": ("text,code\ra,b\r", "end in carriage returns only", "tr '\\r' '\\n' < mac.csv"),
    "data.json": (json.dumps({"version": 1, "data": [ROW]}), "its rows in 'data'", """jq -c '.["data"][]' data.json"""),
    "hub.json": (json.dumps(HUB), "its rows in 'rows'", """jq -c '.["rows"][].row' hub.json"""),
    "keys.json": (json.dumps({"a": ROW, "b": ROW}), "with a row for each key", "jq -c '.[]' keys.json"),
    "denied.jsonl": ('{"error": "Access is restricted"}', "is a server's error", "fetch it again"),
    "code.jsonl": ('{"code": "def f(x):\\n    return x"}\n', "has no column 'language'", "--language"),
    "commas.jsonl": (f"{json.dumps(ROW)},\n{json.dumps(ROW)}\n"[:-2] + "},\n", "a comma after each object", "sed"),
    "python.json": (str([ROW]), "is not JSON Lines", "give JSON Lines"),
    "settings.toml": ("[a]\nb = 1\n", "is not JSON Lines", "give JSON Lines"),
    "xet.jsonl": ("# xet version 0\nfilesize = 10\n", "a pointer to data in Xet storage", "git lfs pull"),
    "annex.jsonl": ("/annex/objects/SHA256E-s10--ab.jsonl\n", "a git-annex pointer", "git annex get"),
    "name.csv": ("task\na\n", "has no column 'language'", "--language"),
    "other.jsonl": ('{"prompt": "a", "solution": "b"}', "has no column 'language'", "--language"),
}
READ = {
    "comma.tsv": 'text,code,language\nAdd.,"def f(x):\n  return x",python\n',
    "blanks.csv": 'text, code, language\nAdd., "def f(x):\n  return x", python\n',
}


def rows(path: Path) -> list[object]:
    return list(table.read(SeedsConfig("table", str(path))))


@pytest.mark.parametrize("name", OTHER_FORMS)
def test_the_form_is_named_with_the_way_out(tmp_path: Path, name: str) -> None:
    content, what, fix = OTHER_FORMS[name]
    (tmp_path / name).write_text(content, newline="")
    with pytest.raises(InputError) as error:
        rows(tmp_path / name)
    assert what in error.value.problem
    assert fix in error.value.fix


@pytest.mark.parametrize("name", READ)
def test_separators_are_those_of_the_header(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(READ[name])
    (seed,) = table.read(SeedsConfig("table", str(tmp_path / name)))
    assert (seed.problem, seed.text, seed.code, seed.language) == (None, "Add.", "def f(x):\n  return x", "python")
