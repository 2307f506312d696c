"""Published benchmarks are read as they are; what is broken is refused in two lines, what is odd is counted."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthcode.errors import InputError
from synthcode.evaluation.classification.published.benchmark import PublishedLabels, PublishedPairs
from synthcode.evaluation.classification.published.registry import read_published
from tests.support.datasets.published_files import (
    clone_pairs,
    function,
    write_bigclonebench,
    write_bigclonebench_tables,
    write_devign,
    write_devign_lines,
    write_devign_tables,
    write_lines,
    write_poj104,
)


def pairs(folder: Path) -> PublishedPairs:
    found = read_published("bigclonebench", str(folder))
    assert isinstance(found, PublishedPairs)
    return found


def labels(name: str, folder: Path, task: str | None = None, **columns: str) -> PublishedLabels:
    found = read_published(name, str(folder), task, columns)
    assert isinstance(found, PublishedLabels)
    return found


def refusal(name: str, folder: Path, task: str | None = None, **columns: str) -> str:
    with pytest.raises(InputError) as refused:
        read_published(name, str(folder), task, columns)
    assert refused.value.fix
    return refused.value.problem


def test_bigclonebench_is_the_same_from_codexglue_and_from_the_hub(tmp_path: Path) -> None:
    ours = pairs(write_bigclonebench(tmp_path / "codexglue"))
    hub = pairs(write_bigclonebench_tables(tmp_path / "hub"))
    row = ours.parts["test"]
    assert (ours.ids[row.a[0]], ours.ids[row.b[0]], row.label[0]) == ("20", "21", 1)
    assert ours.texts[row.a[0]] == function(0, 20)
    assert {split: len(part.a) for split, part in ours.parts.items()} == {"train": 48, "validation": 48, "test": 48}
    named = [[one.ids[place] for place in one.parts["test"].b] for one in (ours, hub)]
    assert named[0] == named[1]
    assert any("93 % are mislabelled" in warning for warning in ours.warnings)
    assert "test has 48 pairs, not 415,416 as published" in ours.warnings


def test_pairs_that_name_missing_programs_are_counted_and_refused(tmp_path: Path) -> None:
    folder = write_bigclonebench(tmp_path, test=[*clone_pairs(20), ("7", "31337", 1), ("31337", "8", 0)])
    assert "2 of 50 pairs of test name a program that is not there; the first is '31337'" in refusal(
        "bigclonebench", folder
    )


def test_one_label_is_refused(tmp_path: Path) -> None:
    folder = write_bigclonebench(tmp_path, validation=[("1", "2", 1), ("3", "4", 1)])
    assert "all 2 pairs of validation are labelled 1" in refusal("bigclonebench", folder)


def test_odd_pairs_are_counted(tmp_path: Path) -> None:
    test = [*clone_pairs(20), ("5", "5", 1), ("20", "21", 1), ("21", "20", 0), ("0", "1", 1)]
    found = pairs(write_bigclonebench(tmp_path, test=test))
    for warning in (
        "1 repeated pairs of test are scored once, as CodeXGLUE's evaluator does",
        "1 of 51 pairs of test pair a program with itself",
        "1 of 51 pairs of test repeat another pair in the other order",
        "1 pairs of test have both labels",
        "1 of 51 pairs of test are also in train",
        "3 of 31 programs of test are also in pairs of train",
    ):
        assert warning in found.warnings, found.warnings
    assert len(found.parts["test"].a) == 51


def test_broken_files_of_bigclonebench_are_refused(tmp_path: Path) -> None:
    folder = write_bigclonebench(tmp_path)
    (folder / "test.txt").write_text("1\t2\t1\n3\t4\n5\t6\t2\n")
    assert "2 lines are not two ids and a label 0 or 1; the first is line 2: '3 4'" in refusal("bigclonebench", folder)
    (folder / "test.txt").unlink()
    assert "has no test split; it has train, validation" in refusal("bigclonebench", folder)
    write_bigclonebench(tmp_path)
    lines = (folder / "data.jsonl").read_text().splitlines()
    other = json.dumps({"idx": "0", "func": "other"})
    (folder / "data.jsonl").write_text("\n".join([*lines, other]))
    assert "1 rows give the id of an earlier program to another one; the first id is '0'" in refusal(
        "bigclonebench", folder
    )
    (folder / "data.jsonl").write_text("\n".join([*lines[1:], '{"idx": "0", "fu']))
    assert "1 of 120 rows cannot be used; the first is data.jsonl:120: " in refusal("bigclonebench", folder)
    write_lines(folder / "data.jsonl", [{"idx": 1, "function": "x"}])
    assert "has no column 'func'" in refusal("bigclonebench", folder)


def test_poj104_counts_problems_and_programs(tmp_path: Path) -> None:
    found = labels("poj104", write_poj104(tmp_path))
    assert found.scoring == "problems"
    assert found.parts["test"].labels.count("5") == 5
    assert list(found.parts["test"].groups) == list(found.parts["test"].labels)
    assert "train has 2 problems, not 64 as published" in found.warnings
    rows = [{"label": "1", "index": "90", "code": function(0, 0)}, {"label": "7", "index": "91", "code": "int x;"}]
    with (tmp_path / "test.jsonl").open("a") as stream:
        stream.write("".join(json.dumps(row) + "\n" for row in rows))
    found = labels("poj104", tmp_path)
    assert "1 problems are both in train and in test: 1" in found.warnings
    assert "2 of 4 problems of test have one program, and are not queries" in found.warnings
    assert "1 of 12 programs of test are also in train" in found.warnings
    write_lines(tmp_path / "test.jsonl", [{"label": "1", "index": str(n), "code": f"int x{n};"} for n in range(3)])
    assert "all 3 programs of test are labelled '1'" in refusal("poj104", tmp_path)


def test_leaks_through_other_programs_are_counted(tmp_path: Path) -> None:
    but_for = "but for comments, layout and the name of a function"
    folder = write_bigclonebench(tmp_path / "bcb")
    renamed = function(0, 10).replace("order_10", "other").replace("{", "{ // comment\n")
    again = {"320": function(0, 11), "321": renamed}
    assert "other" in renamed
    lines = [json.loads(line) for line in (folder / "data.jsonl").read_text().splitlines()]
    write_lines(folder / "data.jsonl", [{**row, "func": again.get(row["idx"], row["func"])} for row in lines])
    warnings = read_published("bigclonebench", str(folder)).warnings
    assert "1 of 28 programs of test have the text of another program in pairs of validation" in warnings
    assert f"1 of 28 programs of test equal one in pairs of validation {but_for}" in warnings
    assert f"1 of 48 pairs of test pair programs that equal those of a pair of validation {but_for}" in warnings
    folder = write_poj104(tmp_path / "poj")
    moved = {"label": "5", "index": "99", "code": function(0, 1).replace(" { ", "\n{\n")}
    with (folder / "test.jsonl").open("a") as stream:
        stream.write(json.dumps(moved) + "\n")
    assert f"1 of 11 programs of test equal one of train {but_for}" in labels("poj104", folder).warnings


def test_poj104_has_no_classes_to_learn(tmp_path: Path) -> None:
    assert "poj104 cannot be scored by --task classification" in refusal(
        "poj104", write_poj104(tmp_path), "classification"
    )


def test_devign_is_the_same_in_all_its_forms(tmp_path: Path) -> None:
    forms = [
        labels("devign", write(tmp_path / str(number)))
        for number, write in enumerate((write_devign, write_devign_lines, write_devign_tables))
    ]
    assert len({form.digest for form in forms}) == 1
    assert forms[0].parts["test"].groups[0] == "qemu/c50"
    assert [len(forms[0].parts[split].ids) for split in ("train", "validation", "test")] == [80, 20, 20]


def test_broken_files_of_devign_are_refused(tmp_path: Path) -> None:
    folder = write_devign(tmp_path)
    (folder / "test.txt").write_text("100\n101\n5000\n")
    assert "1 of 3 positions are not among the 120 functions of function.json; the first is 5,000" in refusal(
        "devign", folder
    )
    (folder / "test.txt").write_text("100\nnine\n")
    assert "1 of 2 lines are not positions; the first is 'nine'" in refusal("devign", folder)
    (folder / "test.txt").write_text("100\n102\n")
    assert "all 2 programs of test are labelled '1'" in refusal("devign", folder)
    (folder / "test.txt").write_text("0\n1\n")
    assert "2 of 2 programs of test are also in train" in labels("devign", folder).warnings
    (folder / "function.json").write_text("[{}, 7")
    assert "is not JSON" in refusal("devign", folder)
    (folder / "function.json").write_text('[{"func": "int x;", "target": -1}, 7]')
    assert "2 of 2 rows cannot be used" in refusal("devign", folder)
    assert "labels of a hidden test split?" in refusal("devign", folder)


@pytest.mark.parametrize(
    ("name", "write", "files"),
    [
        ("bigclonebench", write_bigclonebench, ["data.jsonl", "test.txt", "valid.txt"]),
        ("devign", write_devign, ["function.json", "test.txt", "train.txt"]),
        ("poj104", write_poj104, ["test.jsonl"]),
    ],
)
def test_marks_and_line_ends_of_other_systems_change_nothing(tmp_path: Path, name: str, write, files) -> None:
    folder = write(tmp_path)
    plain = read_published(name, str(folder)).digest
    for file in files:
        content = (folder / file).read_bytes().replace(b"\n", b"\r\n")
        (folder / file).write_bytes(b"\xef\xbb\xbf" + content)
    assert read_published(name, str(folder)).digest == plain
    for file in files:
        content = (folder / file).read_bytes()
        (folder / file).write_bytes(content.decode("utf-8-sig").encode("utf-16"))
        assert f"{file} is text in UTF-16" in refusal(name, folder)
        (folder / file).write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
        assert f"{file} is a Git LFS pointer" in refusal(name, folder)
        (folder / file).write_bytes(content)


def test_files_that_belong_to_a_list_are_named_where_they_lack(tmp_path: Path) -> None:
    (write_bigclonebench(tmp_path / "b") / "data.jsonl").unlink()
    assert "has lists of pairs, but no data.jsonl" in refusal("bigclonebench", tmp_path / "b")
    (write_devign(tmp_path / "d") / "function.json").unlink()
    assert "has lists of positions, but no function.json" in refusal("devign", tmp_path / "d")
    (write_devign(tmp_path / "e") / "train.txt").write_text("")
    assert "train has no program" in refusal("devign", tmp_path / "e")


def test_a_pair_that_is_repeated_with_another_label_is_counted(tmp_path: Path) -> None:
    pairs = clone_pairs(20)
    again = [(pairs[0][0], pairs[0][1], 1 - pairs[0][2]), pairs[1]]
    found = read_published("bigclonebench", str(write_bigclonebench(tmp_path, test=[*pairs, *again])))
    assert isinstance(found, PublishedPairs)
    assert "2 repeated pairs of test are scored once, as CodeXGLUE's evaluator does" in found.warnings
    assert "1 pairs of test are repeated with the other label: the last one counts" in found.warnings
    assert len(found.parts["test"].a) == len(pairs)


def test_a_table_names_its_columns(tmp_path: Path) -> None:
    rows = [
        {"body": function(n % 4, n), "kind": "ab"[n % 2], "part": ("train", "val", "test")[n % 3]} for n in range(60)
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "all.parquet")
    columns = {"code": "body", "label": "kind", "split": "part"}
    found = labels("table", tmp_path, "classification", **columns)
    assert [len(found.parts[split].ids) for split in ("train", "validation", "test")] == [20, 20, 20]
    assert set(found.parts["test"].labels) == {"a", "b"}
    assert labels("table", tmp_path, "clones", **columns).scoring == "problems"
    assert "has no column 'code'" in refusal("table", tmp_path, "classification", label="kind")
    assert "no column of this benchmark is called 'lable' (did you mean 'label'?)" in refusal(
        "table", tmp_path, "classification", lable="kind"
    )


def test_a_table_without_validation_holds_groups_of_train_out(tmp_path: Path) -> None:
    for split, first in (("train", 0), ("test", 400)):
        rows = [{"code": function(n % 4, n), "label": n % 2, "group": n // 4} for n in range(first, first + 200)]
        write_lines(tmp_path / f"{split}.jsonl", rows)
    found = labels("table", tmp_path, "classification")
    train, validation = (set(found.parts[split].groups) for split in ("train", "validation"))
    assert validation
    assert not train & validation
    assert len(train | validation) == 50
    assert any(warning.startswith("there is no validation split: ") for warning in found.warnings)


def test_a_table_of_pairs(tmp_path: Path) -> None:
    for split, first in (("valid", 0), ("test", 10)):
        rows = [
            {"func1": function(n % 4, n), "func2": function((n + n % 2) % 4, n + 1), "same": n % 2 == 0}
            for n in range(first, first + 10)
        ]
        write_lines(tmp_path / f"{split}.jsonl", rows)
    found = read_published(
        "table", str(tmp_path), "clones", {"code_a": "func1", "code_b": "func2", "label": "same"}, "java"
    )
    assert isinstance(found, PublishedPairs)
    assert found.language == "java"
    assert found.parts["test"].label.tolist() == [1, 0] * 5


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    first = labels("poj104", write_poj104(tmp_path)).digest
    path = tmp_path / "test.jsonl"
    path.write_text("\n".join(reversed(path.read_text().splitlines())))
    assert labels("poj104", tmp_path).digest == first


def test_nothing_there(tmp_path: Path) -> None:
    assert "does not exist" in refusal("devign", tmp_path / "nowhere")
    assert "holds no JSON Lines, CSV or Parquet file" in refusal("poj104", tmp_path)
    with pytest.raises(InputError, match=r"no benchmark 'poj'"):
        read_published("poj", str(tmp_path))
