from __future__ import annotations

import pyarrow as pa

from synthcode.dataset.retrieval import QrelsMaker, add_document_ids, anonymous_keys, equal_programs, equality_keys


def programs(*rows: tuple[str, str, str, str]) -> pa.Table:
    names = ("program_id", "seed_id", "language", "code_stripped")
    columns = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    return pa.table({**columns, "source_id": [f"task {row[1]}" for row in rows]})


ROWS = programs(
    ("p1", "s1", "python", "def f(): return 1"),
    ("j1", "s1", "java", "class A {}"),
    ("p2", "s2", "python", "def f(): return 1\n"),
    ("j2", "s2", "java", "class B {}"),
    ("g2", "s2", "go", "def f(): return 1"),
)


def equal() -> dict[str, str]:
    table = equal_programs(equality_keys(ROWS))
    return dict(zip(table.column("program_id").to_pylist(), table.column("document_id").to_pylist(), strict=True))


def test_programs_equal_after_stripping_in_one_language_are_one_document() -> None:
    assert equal() == {"p1": "p1", "p2": "p1"}
    shuffled = ROWS.take([4, 3, 2, 1, 0])
    assert equal_programs(equality_keys(shuffled)).equals(equal_programs(equality_keys(ROWS)))


def test_programs_that_differ_in_the_name_of_their_entry_point_have_one_anonymous_key() -> None:
    anonymous = pa.array(["def f(): return 1", "class A {}", " def f(): return 1", "class B {}", "def f(): return 1"])
    keys = anonymous_keys(ROWS.append_column("code_anonymous", anonymous))
    assert equal_programs(keys)["program_id"].to_pylist() == ["p1", "p2"]
    assert not {*keys["equality"].to_pylist()} & {*equality_keys(ROWS)["equality"].to_pylist()}


def test_no_right_answer_is_scored_as_wrong() -> None:
    maker = QrelsMaker(set(equal().values()))
    rows = add_document_ids(ROWS, equal())
    judged = {
        (row["task"], row["query_language"], row["corpus_language"], row["query_id"], row["corpus_id"])
        for row in maker.judge(rows).to_pylist()
    }
    assert {row["source_id"] for row in QrelsMaker([]).judge(rows).to_pylist()} == {"task s1", "task s2"}
    assert judged == {
        ("text2code", "text", "java", "s1", "j1"),
        ("text2code", "text", "python", "s1", "p1"),
        ("text2code", "text", "go", "s2", "g2"),
        ("text2code", "text", "java", "s2", "j2"),
        ("text2code", "text", "python", "s2", "p1"),
        ("code2code", "java", "python", "j1", "p1"),
        ("code2code", "python", "java", "p1", "j1"),
        ("code2code", "python", "java", "p1", "j2"),
        ("code2code", "java", "python", "j2", "p1"),
        ("code2code", "java", "go", "j2", "g2"),
        ("code2code", "go", "java", "g2", "j2"),
        ("code2code", "go", "python", "g2", "p1"),
        ("code2code", "python", "go", "p1", "g2"),
    }


def test_a_judgement_of_two_shared_documents_is_given_once() -> None:
    rows = pa.table(
        {
            "seed_id": ["s1", "s1", "s2", "s2"],
            "language": ["python", "java"] * 2,
            "document_id": ["p", "j"] * 2,
            "source_id": ["1", "1", "2", "2"],
        }
    )
    judged = [(row["query_id"], row["corpus_id"]) for row in QrelsMaker({"p", "j"}).judge(rows).to_pylist()]
    assert sorted(judged) == [("j", "p"), ("p", "j"), ("s1", "j"), ("s1", "p"), ("s2", "j"), ("s2", "p")]


def test_judgements_come_by_seed_then_text_then_languages_then_documents() -> None:
    rows = pa.table(
        {
            "seed_id": ["s2", "s1", "s1", "s1", "s1"],
            "language": ["go", "java", "go", "java", "java"],
            "document_id": ["g2", "j2", "g1", "j1", "j2"],
            "source_id": [None, "one", "one", "one", "one"],
        }
    )
    judged = QrelsMaker([]).judge(rows)
    assert list(zip(*(judged[name].to_pylist() for name in ("query_id", "corpus_id", "source_id")), strict=True)) == [
        *(("s1", document, "one") for document in ("g1", "j1", "j2")),
        *(("g1", document, "one") for document in ("j1", "j2")),
        *((document, "g1", "one") for document in ("j1", "j2")),
        ("s2", "g2", None),
    ]
    assert QrelsMaker([]).judge(rows.slice(0, 0)).num_rows == 0
