"""Rows are streamed without torch by those who have no use for it, and with it by those who have."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import json, sys
import datasets
from synthcode.streams_without_torch import without_torch

def stream():
    return datasets.load_dataset("json", data_files={"train": sys.argv[1]}, split="train", streaming=True)

with without_torch():
    rows = stream().select_columns(["a"])
found = list(rows)
before = "torch" in sys.modules
import torch.utils.data
with without_torch():
    of_torch = isinstance(stream(), torch.utils.data.IterableDataset)
print(json.dumps([found, before, of_torch, datasets.config.TORCH_AVAILABLE]))
"""


@pytest.mark.slow
def test_torch_is_not_imported_to_read_rows_and_is_used_where_it_is_there(tmp_path: Path) -> None:
    table = tmp_path / "rows.jsonl"
    table.write_text('{"a": 1, "b": 2}\n{"a": 3, "b": 4}\n')
    command = [sys.executable, "-c", SCRIPT, str(table)]
    done = subprocess.run(command, capture_output=True, text=True, env={"HF_HOME": str(tmp_path), "PATH": "/usr/bin"})
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [[{"a": 1}, {"a": 3}], False, True, True]
