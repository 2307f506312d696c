"""Every closed list of names is written once."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from synthcode import vocabulary
from synthcode.dataset.splits import SplitConfig
from synthcode.evaluation.interop.mteb_names import MTEB_NAMES
from synthcode.evaluation.retrieval.measures import MEASURES
from synthcode.schemas.tables import CODE_COLUMNS

ROOT = Path(vocabulary.__file__).parent
LISTS = [
    frozenset(names)
    for names in (
        vocabulary.SPLITS,
        vocabulary.TASKS,
        vocabulary.VARIANTS,
        vocabulary.METRICS,
        vocabulary.LEVELS,
        vocabulary.DROP_MODES,
        vocabulary.STATUSES,
        vocabulary.STAGES,
        vocabulary.SEED_REASONS,
        vocabulary.GATE_REASONS,
    )
]


def listed_names(tree):
    """Yield the strings of every tuple, list, set and ``Literal`` of nothing but strings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            names = [item.value for item in node.elts if isinstance(item, ast.Constant)]
            if len(names) == len(node.elts) and all(isinstance(name, str) for name in names):
                yield node.lineno, frozenset(names)


def sources():
    return [path for room in (ROOT, ROOT / "pipelines", ROOT / "evaluation") for path in room.resolve().rglob("*.py")]


def test_no_list_of_the_vocabulary_is_written_a_second_time():
    copies = [
        f"{path.name}:{line}"
        for path in sources()
        if path.name != "vocabulary.py"
        for text in [path.read_text("utf-8")]
        if any(all(name in text for name in names) for names in LISTS)  # to parse the others takes seconds
        for line, names in listed_names(ast.parse(text))
        if names in LISTS
    ]
    assert copies == []


def test_a_copied_list_is_found():
    tree = ast.parse('def choices():\n    return ["test", "train", "validation"]\n')
    assert [(line, names in LISTS) for line, names in listed_names(tree)] == [(2, True)]


@pytest.mark.parametrize(
    ("mapping", "names"),
    [
        (MEASURES, vocabulary.METRICS),
        (MTEB_NAMES, vocabulary.METRICS),
        (CODE_COLUMNS, vocabulary.VARIANTS),
        (SplitConfig().fractions, vocabulary.SPLITS),
    ],
)
def test_what_is_said_of_each_name_is_said_of_every_name(mapping, names):
    assert set(mapping) == set(names)


def test_the_vocabulary_imports_nothing_heavy():
    heavy = "{'pyarrow', 'numpy', 'pydantic', 'torch', 'click'}"
    code = f"import sys, synthcode.vocabulary; print(sorted({heavy} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"


def test_levels_of_verification_are_ordered_and_explained():
    ordered = ["syntax", "checked", "compiled", "tested"]
    assert list(vocabulary.LEVEL_MEANINGS) == list(vocabulary.LEVELS) == ordered
    table = [[vocabulary.at_least(level, other) for other in ordered] for level in ordered]
    assert table == [[place >= other for other in range(4)] for place in range(4)]
    assert not vocabulary.at_least("proved", "syntax")
