"""Bits flipped in a run's files, as a failing disk does it: named, or without effect on the dataset."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from tests.support.runs.damage import flip_bit

RANDOM_SEED = 20

EXPORT = ("export", "{run}", "--format", "beir", "--out", "{out}")
PUBLISH = ("publish", "{run}", "--to", "{out}", "--dry-run")
EVALUATE = ("evaluate", "{run}/dataset", "--encoder", "bm25", "--resamples", "100")
READERS = (("status", "{run}"), ("show", "{run}", "--no-pager"), ("report", "{run}"), EXPORT, PUBLISH)

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def whole(quickstart: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled run, complete, with one encoder's results."""
    run = Path(shutil.copytree(quickstart, tmp_path_factory.mktemp("runs") / "run"))
    assert run_cli(["evaluate", str(run / "dataset"), "--encoder", "bm25", "--resamples", "100"]) == 0
    return run


def call(run: Path, command: Sequence[str], out: Path, capsys: Capture) -> tuple[int, str]:
    """Run a command; return its exit code and what it says."""
    shutil.rmtree(out, ignore_errors=True)
    capsys.readouterr()
    code = run_cli([argument.format(run=run, out=out) for argument in command])
    said = capsys.readouterr().err
    assert code in (0, 1)
    assert "Traceback" not in said
    return code, said


def files_of(folder: Path) -> list[Path]:
    left_out = (".lock", "report.html")
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in left_out)


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files_of(folder)
    }


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("recipe.yaml", ("check", "{run}")),
        ("seeds/part-00000.parquet", ("show", "{run}", "--no-pager")),
        ("seeds/part-00000.parquet", ("check", "{run}", "--force")),
        ("seed_clusters.parquet", ("translate", "{run}", "--force")),
        ("completions/part-00000.parquet", ("check", "{run}", "--force")),
        ("split_groups.parquet", ("build", "{run}", "--force")),
        ("rejected/part-00000.parquet", ("report", "{run}")),
        ("dataset/README.md", EXPORT),
        ("dataset/README.md", PUBLISH),
        ("dataset/croissant.json", PUBLISH),
        ("dataset/data/qrels/test-00000-of-00001.parquet", EXPORT),
        ("dataset/data/triplets/test-00000-of-00001.parquet", EVALUATE),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_a_flipped_bit_is_named_by_the_command_that_reads_the_file(
    whole: Path, tmp_path: Path, capsys: Capture, name: str, command: Sequence[str]
) -> None:
    file = whole / name
    content, times = file.read_bytes(), file.stat()
    flip_bit(file, 8 * (len(content) // 2))
    try:
        code, said = call(whole, command, tmp_path / "out", capsys)
    finally:
        file.write_bytes(content)
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    # A stage before the one that reads it makes it again, where the command runs that stage, too.
    assert file.name in said, (code, said)
    assert code == 1 or "making it again" in said
    if code == 1:
        assert len(said.strip().splitlines()) == 2


def test_many_missing_files_are_one_line(whole: Path, tmp_path: Path, capsys: Capture) -> None:
    run = Path(shutil.copytree(whole, tmp_path / "run"))
    shutil.rmtree(run / "dataset")
    code, said = call(run, ("build", "{run}"), tmp_path / "out", capsys)
    assert code == 0, said
    lines = [line for line in said.splitlines() if "missing" in line]
    assert len(lines) == 1, said
    assert lines[0].endswith(", ...): making them again")
    assert (run / "dataset" / "README.md").read_bytes() == (whole / "dataset" / "README.md").read_bytes()


def test_a_downloaded_dataset_is_held_against_its_croissant_metadata(
    whole: Path, tmp_path: Path, capsys: Capture
) -> None:
    dataset = Path(shutil.copytree(whole / "dataset", tmp_path / "downloaded"))
    command = ("export", str(dataset), *EXPORT[2:])
    assert call(whole, command, tmp_path / "out", capsys)[0] == 0
    flip_bit(dataset / "data" / "programs" / "test-00000-of-00001.parquet", 4000)
    code, said = call(whole, command, tmp_path / "out", capsys)
    assert code == 1
    assert "programs/test-00000-of-00001.parquet is damaged or was changed" in said


@pytest.mark.slow
def test_an_edited_recipe_and_an_edited_card_count(whole: Path, tmp_path: Path, capsys: Capture) -> None:
    run = Path(shutil.copytree(whole, tmp_path / "run"))
    card, recipe = run / "dataset" / "README.md", run / "recipe.yaml"
    card.write_text(card.read_text("utf-8") + "\nA word of ours.\n", "utf-8")
    assert call(run, PUBLISH, tmp_path / "out", capsys)[0] == 0
    recipe.write_text(recipe.read_text("utf-8").replace("num_perm: 256", "num_perm: 128"), "utf-8")
    code, said = call(run, ("dedup", "{run}"), tmp_path / "out", capsys)
    assert code == 0
    assert "recipe.yaml was changed since it was written" in said
    assert "dedup: unchanged" not in said


@pytest.mark.durability
@pytest.mark.parametrize("random_seed", range(RANDOM_SEED, RANDOM_SEED + 3))
def test_a_flipped_bit_in_any_file_is_named_or_changes_nothing(
    whole: Path, tmp_path: Path, capsys: Capture, random_seed: int
) -> None:
    run = Path(shutil.copytree(whole, tmp_path / "run"))
    generator = random.Random(random_seed)
    expected = digests(run / "dataset")
    results = run / "evaluation"
    files = [path for path in files_of(run) if path.stat().st_size]
    # Which bit it is makes no difference where a digest of the whole file tells.
    for file in files if random_seed == RANDOM_SEED else [path for path in files if path.suffix not in DIGESTED]:
        name = file.relative_to(run).as_posix()
        content, times = file.read_bytes(), file.stat()
        bit = generator.randrange(8 * len(content))
        flip_bit(file, bit)
        where = f"{name}, bit {bit}, random seed {random_seed}"
        for command in READERS if results not in file.parents else ():
            code, said = call(run, command, tmp_path / "out", capsys)
            assert code == 0 or file.name in said, (where, command, said)
        # These make files again: they come last.
        scores = digests(results)
        code, said = call(run, EVALUATE, tmp_path / "out", capsys)
        assert file.name in said or digests(results) == scores, (where, said)
        code, said = call(run, ("run", "quickstart", "--out", "{run}"), tmp_path / "out", capsys)
        if code == 0:
            assert digests(run / "dataset") == expected, (where, said)
            assert file.name in said or results in file.parents or name in UNSAID, (where, said)
        else:
            assert file.name in said, (where, said)
            file.write_bytes(content)
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


DIGESTED = (".parquet", ".png", ".pdf", ".svg")
UNSAID = ("recipe.yaml", "verdicts.sqlite")
"""'run' writes the first anew from the recipe that it is given. The second stores verdicts, each with its checksum: it
is read only where 'check' has something to judge, and a damaged one is judged again (``test_check_again``)."""
