"""Names that servers and datasets choose drive no terminal, no spreadsheet and no Markdown."""

from __future__ import annotations

import csv
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthcode.pipelines.main import run_cli
from tests.support.datasets.metrics_table import read_metrics
from tests.support.datasets.retrieval_tables import write_dataset

HOSTILE = "=1+1|<b>\x1b[2J\x9b2J\u202e[red]x"
OBEYED = {*map(chr, range(9)), *map(chr, range(11, 32)), *map(chr, range(0x7F, 0xA0)), "\u202e", "\u200b"}


@pytest.fixture
def server() -> Iterator[str]:
    """A model server with a model of a hostile name."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            body = json.dumps({"data": [{"id": HOSTILE}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/v1"
        running.shutdown()


@pytest.mark.usefixtures("no_toolchains")
@pytest.mark.parametrize("command", ["doctor", "translate"])
def test_a_servers_names_of_models(
    command: str, server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "s.jsonl").write_text(
        '{"text": "Add one", "code": "def f(x):\\n    return x + 1\\n", "language": "python"}\n'
    )
    run = str(tmp_path / "run")
    if command == "translate":
        assert run_cli(["seeds", run, "--from", "table", "--path", str(tmp_path / "s.jsonl")]) == 0
        assert run_cli(["translate", run, "--base-url", server, "--model", "m", "--targets", "java"]) == 1
    else:
        assert run_cli(["doctor", "--base-url", server]) == 0
    printed = capsys.readouterr()
    assert "=1+1|<b>" in printed.out + printed.err
    assert not OBEYED & set(printed.out + printed.err)


@pytest.mark.slow
def test_a_datasets_names_of_languages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dataset, results = write_dataset(tmp_path / "dataset"), tmp_path / "results"
    for path in dataset.rglob("*.parquet"):
        table = pq.read_table(path)
        for name in {"language", "query_language", "corpus_language"} & set(table.column_names):
            texts = [HOSTILE if text == "java" else text for text in table[name].to_pylist()]
            index = table.column_names.index(name)
            table = table.set_column(index, table.schema.field(name), pa.array(texts, table.schema.field(name).type))
        pq.write_table(table, path)
    assert run_cli(["evaluate", str(dataset), "--encoder", "bm25", "--out", str(results), "--resamples", "100"]) == 0
    printed = capsys.readouterr()
    written = {name: (results / name).read_text("utf-8") for name in ("metrics.csv", "tables.md")}
    for text in (printed.out, printed.err, *written.values()):
        assert not OBEYED & set(text)
    with (results / "metrics.csv").open(newline="", encoding="utf-8") as stream:
        cells = {cell for row in csv.reader(stream) for cell in row}
    assert any(cell.startswith("'=1+1|<b>") for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    assert any(name.startswith("=1+1|<b>") for name in [row["corpus_language"] for row in read_metrics(results)])
    assert "=1+1\\|\\<b>" in written["tables.md"]
