"""Answers to batch files: each request is sent to a chat server, and its result written as OpenAI and vLLM do."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def requests_in(folder: Path) -> list[dict[str, Any]]:
    """Return the rows of all files of requests in a folder, in their order."""
    files = sorted(folder.glob("requests-*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def openai_result(row: dict[str, Any], base_url: str) -> dict[str, Any]:
    """Send a request and return its result as OpenAI's output and error files have it."""
    assert row["method"] == "POST"
    status, body = _posted(base_url.removesuffix("/v1") + row["url"], row["body"])
    response = {"status_code": status, "request_id": f"req_{row['custom_id']}", "body": body}
    return {"id": f"batch_req_{row['custom_id']}", "custom_id": row["custom_id"], "response": response, "error": None}


def vllm_result(row: dict[str, Any], base_url: str) -> dict[str, Any]:
    """Send a request and return its result as ``vllm run-batch`` writes it."""
    result = openai_result(row, base_url)
    if result["response"]["status_code"] != 200:
        result["error"], result["response"]["body"] = result["response"]["body"], None
    return result


def expired(row: dict[str, Any], attempt: int = 1) -> dict[str, Any]:
    """Return the result of a request that a batch of OpenAI's came to its end without."""
    message = "This request could not be executed before the completion window expired."
    error = {"code": "batch_expired", "message": message}
    return {"id": f"batch_req_{attempt}", "custom_id": row["custom_id"], "response": None, "error": error}


def write_results(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """Write results as JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def _posted(url: str, body: dict[str, Any]) -> tuple[int, Any]:
    sent = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(sent) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)
