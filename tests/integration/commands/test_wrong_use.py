"""Wrong use is answered in two lines: what is wrong, and what to do. Word for word."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from synthcode.pipelines.main import COMMANDS, run_cli
from tests.support.services.servers import MODEL, replay_server

ROW = {"source_id": "1", "language": "python", "text": "Add two numbers.", "code": "def add(a, b):\n    return a + b\n"}


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path, code: int = 1) -> list[str]:
    """Run a command that must fail; return its two lines on stderr."""
    capsys.readouterr()
    assert run_cli([str(argument) for argument in arguments]) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    lines = printed.err.splitlines()
    errors = [index for index, line in enumerate(lines) if line.startswith("error: ")]
    assert errors == [len(lines) - 2], printed.err
    return lines[-2:]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    seeds = tmp_path / "seeds.jsonl"
    seeds.write_text(json.dumps(ROW) + "\n")
    assert run_cli(["seeds", str(tmp_path / "run"), "--from", "table", "--path", str(seeds)]) == 0
    return tmp_path / "run"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert run_cli([command, "--help"]) == 0
    assert "Example" in capsys.readouterr().out


def test_a_command_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "transalte", code=2) == [
        "error: no such command 'transalte' (did you mean 'translate'?)",
        "see 'synthcode --help'",
    ]


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["seeds", ""], "argument 2"),
        (["translate", "run", "--targets", ""], "the value of --targets"),
        (["evaluate", "run", "--encoder", "bm25", "--languages="], "the value of --languages"),
        (["seeds", "run", "--path", "x", ""], "argument 5"),
    ],
)
def test_an_empty_argument(capsys: pytest.CaptureFixture[str], arguments: list[str], what: str) -> None:
    assert refused(capsys, *arguments, code=2) == [
        f"error: {what} is empty; is it a variable of the shell that is not set?",
        "see 'synthcode --help'",
    ]


def test_a_column_that_has_no_name_of_theirs_is_not_empty(run: Path) -> None:
    assert run_cli(["seeds", str(run), "--column", "entry_point="]) == 0
    assert run_cli(["seeds", str(run), "--column=entry_point="]) == 0


def test_an_unknown_language(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem, fix = refused(capsys, "translate", run, "--targets", "java,kotlyn", "--base-url", "http://localhost:9/v1")
    assert problem == "error: unknown language 'kotlyn' (did you mean 'kotlin'?)"
    assert fix.startswith("use one of: python, java, javascript")


def test_a_missing_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "none.jsonl"
    problem, _ = refused(capsys, "seeds", tmp_path / "run", "--from", "table", "--path", missing)
    assert str(missing) in problem


def test_a_file_system_that_is_read_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(folder))

    monkeypatch.setattr("synthcode.bounded.writing.make_folder", refuse)
    assert refused(capsys, "init", tmp_path / "recipe.yaml") == [
        f"error: [Errno 30] Read-only file system: '{tmp_path}'",
        "name a folder elsewhere with --out, if the command has it, or work on a copy of the folder",
    ]


def test_a_run_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem, fix = refused(capsys, "status", tmp_path / "none")
    assert problem == f"error: {tmp_path / 'none'} does not exist"
    assert "synthcode run quickstart" in fix


def test_a_server_that_is_not_there(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    problem, fix = refused(capsys, "translate", run, "--targets", "java", "--model", "m", "--base-url", url)
    assert url in problem
    assert fix


def test_a_model_that_the_server_does_not_have(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with replay_server() as server:
        arguments = ("--targets", "java", "--model", "replay-mbpp", "--base-url", server.base_url)
        problem, fix = refused(capsys, "translate", run, *arguments)
    assert "replay-mbpp" in problem
    assert MODEL in problem + fix


def test_a_recipe_with_a_misspelt_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("seeds:\n  adapter: mbxp\n  path: .\ntranslate:\n  target: [java]\n")
    assert refused(capsys, "run", recipe, "--out", tmp_path / "run") == [
        f"error: {recipe}: unknown key 'translate.target' (did you mean 'targets'?)",
        "known here: targets, model, sample_targets, samples, prompt, sampling, random_seed",
    ]


def test_a_recipe_with_a_value_out_of_bounds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("translate:\n  targets: [java]\n  sampling: {temperature: -1}\n")
    problem, _ = refused(capsys, "run", recipe, "--out", tmp_path / "run")
    assert problem == (
        f"error: {recipe}: translate.sampling.temperature: input should be greater than or equal to 0, not -1"
    )


@pytest.mark.parametrize("text", ["a: [", "just words", ""])
def test_a_recipe_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(text)
    refused(capsys, "run", recipe, "--out", tmp_path / "run")


def test_a_run_that_another_process_holds(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = (
        "import pathlib, sys; from synthcode.storage.lock import hold\n"
        "with hold(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(run)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert refused(capsys, "check", run) == [
            f"error: {run} is in use by another synthcode command (pid {holder.pid})",
            "wait until it is done, or stop it, or use another folder",
        ]
        assert run_cli(["status", str(run)]) == 0
        holder.kill()


def test_a_stage_before_its_time(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "check", run) == [
        f"error: {run}: check needs the output of translate, which has not run",
        f"run 'synthcode translate {run}' first",
    ]


@pytest.mark.usefixtures("no_toolchains")
def test_a_key_is_never_shown_or_stored(
    run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-0123456789abcdef")
    with replay_server() as server:
        arguments = ["--targets", "java", "--model", MODEL, "--base-url", server.base_url]
        run_cli(["translate", str(run), *arguments])
        run_cli(["doctor", "--base-url", server.base_url])
    printed = capsys.readouterr()
    assert "sk-secret" not in printed.out + printed.err
    assert not [path for path in run.rglob("*") if path.is_file() and b"sk-secret" in path.read_bytes()]


def test_a_command_that_a_plug_in_ends_has_failed(
    run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(_run: object) -> None:
        sys.exit()

    monkeypatch.setattr("synthcode.pipelines.tables.funnel.funnel", leave)
    problem, _ = refused(capsys, "status", run)
    assert problem == "error: a module or plug-in that the command called ends the program: sys.exit(None)"


@pytest.mark.parametrize("arguments", [["--help"], ["languages"], ["translate", "--help"]])
def test_a_reader_that_leaves_is_no_error(arguments: list[str]) -> None:
    """As ``| head`` does."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "synthcode", *arguments]
    with open(writing, "wb") as output:
        done = subprocess.run(command, stdout=output, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")


def test_nothing_that_an_error_names_moves_a_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    problem, _ = refused(capsys, "evaluate", "no\x1b[31m\u202ewhere", "--encoder", "bm25")
    assert problem == "error: no\u241b[31m<U+202E>where does not exist"
