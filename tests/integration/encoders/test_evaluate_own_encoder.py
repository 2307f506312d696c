"""``evaluate --encoder py:MODULE:ATTRIBUTE``: a module of one's own, from the current directory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from synthcode.evaluation.encoders.named_objects import find_object
from synthcode.evaluation.encoders.registry import EncoderOptions, open_encoder
from synthcode.pipelines.main import run_cli
from tests.support.datasets.retrieval_tables import write_dataset

ENCODER = '''
import zlib
import numpy as np

WIDTH = 64

def encode(texts):
    """Bags of words."""
    with open("calls.log", "a") as log:
        print(len(texts), file=log)
    vectors = np.full((len(texts), WIDTH), 1e-3)
    for row, text in enumerate(texts):
        for word in text.split():
            vectors[row, zlib.crc32(word.encode()) % WIDTH] += 1
    return vectors

class Model:
    encode = staticmethod(encode)

def load():
    return Model()

flat = lambda texts: np.ones(len(texts))
words = lambda texts: [["a"] for _ in texts]
empty = lambda texts: np.full((len(texts), 2), np.nan)
model = Model()
number = 3
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    write_dataset(folder / "dataset")
    (folder / "my_encoder.py").write_text(ENCODER)
    (folder / "broken.py").write_text("import a_package_that_nobody_has\n")
    (folder / "script.py").write_text("import sys\nsys.exit('usage: script.py FILE')\n")
    (folder / "odd.py").write_text("def encode(:\n")
    return folder


def evaluate(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "synthcode"
    command = [str(program), "evaluate", "dataset", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=500)


def encoded(folder: Path) -> int:
    log = folder / "calls.log"
    texts = sum(map(int, log.read_text().split())) if log.is_file() else 0
    log.unlink(missing_ok=True)
    return texts


@pytest.mark.slow
def test_the_command_finds_a_module_in_the_current_directory(folder: Path) -> None:
    done = evaluate(folder, "--encoder", "py:my_encoder:encode", "--out", "alone", "--resamples", "100")
    assert done.returncode == 0, done.stderr
    facts = json.loads((folder / "alone/results.json").read_text())
    assert (facts["encoder"], facts["exits"]) == ("py:my_encoder:encode", [0])


@pytest.mark.slow
def test_vectors_are_used_again_until_the_module_changes(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", [*sys.path])
    encoded(folder)

    def texts_of_a_run() -> int:
        sys.modules.pop("my_encoder", None)
        asked = ["--encoder", "py:my_encoder:encode", "--out", "results", "--resamples", "100"]
        assert run_cli(["evaluate", "dataset", *asked]) == 0
        return encoded(folder)

    everything, probes = texts_of_a_run(), 4 + 3
    assert everything > probes
    assert texts_of_a_run() == probes
    assert "unchanged, nothing to do" in capsys.readouterr().err
    (folder / "my_encoder.py").write_text(ENCODER + "\n# edited\n")
    assert texts_of_a_run() == everything


@pytest.mark.parametrize("attribute", ["Model", "load", "model", "model.encode"])
def test_every_form_of_encoder_is_opened(folder: Path, attribute: str) -> None:
    sys.path.insert(0, str(folder))
    try:
        opened = open_encoder(f"py:my_encoder:{attribute}", EncoderOptions())
    finally:
        sys.path.remove(str(folder))
    assert opened.name == f"py:my_encoder:{attribute}"


@pytest.mark.parametrize(
    ("encoder", "problem", "fix"),
    [
        ("py:my_encodr:encode", "no module 'my_encodr' in {folder} or on PYTHONPATH", "set PYTHONPATH to it"),
        ("py:my_encoder:encod", "has no attribute 'encod' (did you mean 'encode'?)", "py:my_encoder:encode"),
        ("py:json:encode", "json/__init__.py) has no attribute 'encode'", "write py:MODULE:ATTRIBUTE"),
        ("py:my_encoder", "py:my_encoder names no attribute of a module", "write py:MODULE:ATTRIBUTE"),
        ("py:./my_encoder.py:encode", "give a module's name, not a path", "write py:MODULE:ATTRIBUTE"),
        ("py:broken:encode", "'broken' imports 'a_package_that_nobody_has', which is not installed", "install it"),
        (
            "py:script:encode",
            "'script' cannot be imported: RuntimeError: it ends the program (usage: script.py FILE)",
            "fix the module",
        ),
        ("py:odd:encode", "'odd' cannot be imported: SyntaxError: invalid syntax", "fix the module"),
        ("py:my_encoder:number", "py:my_encoder:number is not an encoder: int", "name a function"),
        ("py:my_encoder:flat", "py:my_encoder:flat returned shape (4,) for 4 texts", "shape (texts, width)"),
        ("py:my_encoder:words", "py:my_encoder:words returned values of type <U1", "return real numbers"),
        ("py:my_encoder:empty", "py:my_encoder:empty gave a vector that is not finite for 3 of 3 texts", "--dtype"),
    ],
)
def test_what_is_wrong_is_said_in_two_lines(
    folder: Path,
    encoder: str,
    problem: str,
    fix: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", [*sys.path])
    assert run_cli(["evaluate", "dataset", "--encoder", encoder, "--out", "refused"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2, said
    assert problem.format(folder=folder) in said[0]
    assert fix in said[1]


def test_the_current_directory_does_not_stay_in_front(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the user's that has a package's name is not imported in its place later on."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place])
    before = list(sys.path)
    find_object("my_encoder:encode")
    assert sys.path == [*before, str(folder)]
