"""MBXP's recorded programs, looked up by the prompt that requests a translation, and ways to spoil an answer."""

from __future__ import annotations

import collections
import gzip
import json
import re
from pathlib import Path

MBXP = Path(__file__).resolve().parents[2] / "data" / "mbxp"
"""Problems 1 to 200; ``--data`` names a folder with all of them."""
RELEASES = {
    "java": "mbjp_release_v1.2",
    "javascript": "mbjsp_release_v1.2",
    "typescript": "mbtsp_release_v1.2",
    "kotlin": "mbkp_release_v1.2",
    "ruby": "mbrbp_release_v1.2",
    "php": "mbphp_release_v1.2",
    "cpp": "mbcpp_release_v1.2",
    "csharp": "mbcsp_release_v1.2",
    "go": "mbgp_release_v1.1",
}
SAMPLES = {"go": "mbgp_samples"}  # no canonical Go solutions: model completions, not all of them right
NAMES = [  # spelling in a prompt -> language; longer names first
    ("typescript", "typescript"),
    ("javascript", "javascript"),
    ("golang", "go"),
    ("kotlin", "kotlin"),
    ("python", "python"),
    ("c++", "cpp"),
    ("cpp", "cpp"),
    ("c#", "csharp"),
    ("csharp", "csharp"),
    ("java", "java"),
    ("ruby", "ruby"),
    ("php", "php"),
    ("rust", "rust"),
    ("go", "go"),
    ("c", "c"),
]
NAME_RE = re.compile(r"(?<![A-Za-z0-9_])(" + "|".join(re.escape(n) for n, _ in NAMES) + r")(?![A-Za-z0-9_+#])", re.I)
NAME_OF = dict(NAMES)


def read_jsonl(folder: Path, name: str) -> list[dict]:
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


class Library:
    """MBXP, indexed for look-up by the Python source of a problem."""

    def __init__(self, folder: Path = MBXP) -> None:
        self.seeds: dict[str, list[tuple[str, str]]] = collections.defaultdict(list)
        for row in read_jsonl(folder, "mbpp_release_v1"):
            number = row["task_id"].split("/")[1]
            body = squeeze(row["canonical_solution"])
            self.seeds[row["entry_point"]].append((number, body))
        self.answers: dict[tuple[str, str], str] = {}
        for language, release in RELEASES.items():
            completions = {}
            if language in SAMPLES:
                completions = {
                    r["task_id"].split("/")[1]: r["completion"] for r in read_jsonl(folder, SAMPLES[language])
                }
            for row in read_jsonl(folder, release):
                number = row["task_id"].split("/")[1]
                body = row.get("canonical_solution") or completions.get(number)
                if body:
                    self.answers[number, language] = (row["prompt"] + body).strip("\n")

    def find_seed(self, text: str) -> str | None:
        packed = squeeze(text)
        options = [o for name in dict.fromkeys(re.findall(r"def\s+(\w+)\s*\(", text)) for o in self.seeds.get(name, [])]
        for number, body in options:
            if body in packed:
                return number
        # reformatted or stripped of comments: the one that shares most of its body
        return max(options, key=lambda option: overlap(option[1], packed), default=(None, ""))[0]


def overlap(body: str, packed: str, width: int = 8) -> float:
    pieces = {body[i : i + width] for i in range(max(1, len(body) - width))}
    return sum(piece in packed for piece in pieces) / len(pieces)


def target_language(messages: list[dict]) -> str | None:
    last = messages[-1]
    if last.get("role") == "assistant":
        fence = re.search(r"```\s*([A-Za-z+#]+)", content_of(last))
        if fence and fence.group(1).lower() in NAME_OF:
            return NAME_OF[fence.group(1).lower()]
    prose = "\n".join(re.sub(r"```.*?```", " ", content_of(m), flags=re.S) for m in messages)
    found = [NAME_OF[m.lower()] for m in NAME_RE.findall(prose)]
    found = [f for f in found if f != "python"]
    return found[-1] if found else None


def content_of(message: dict) -> str:
    content = message.get("content") or ""
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content if isinstance(part, dict))
    return content


NOISE = ("refusal", "prose", "unchanged", "cut", "empty", "broken")


def spoil(kind: str, code: str, source: str) -> tuple[str, str]:
    """What a model does when it does not translate: (text, finish_reason)."""
    if kind == "refusal":
        return "I'm sorry, but I can't help with translating this code.", "stop"
    if kind == "prose":
        return "This function walks the input once and returns the result. A translation would do the same.", "stop"
    if kind == "unchanged":
        return f"```python\n{source}\n```", "stop"
    if kind == "cut":
        return f"```\n{code[: max(20, len(code) * 6 // 10)]}", "length"
    if kind == "empty":
        return "", "stop"
    broken = code
    for bracket in (")", "}", "("):
        broken = broken.replace(bracket, "", 1)
    return f"```\n{broken}\n```", "stop"
