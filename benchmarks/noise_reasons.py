"""Whether each kind of unusable answer ends under its own reason: precision and recall of the reasons.

    python benchmarks/noise_reasons.py [--data mxeval/data/mbxp] [--noise 0.5]

MBXP's Python seeds go to the replaying model server with ``--noise``, into eight languages, and through ``check``.
The kind of noise is recognised by the answer's text, as the server makes it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from synthcode.storage.shards import read_batches, shards_of  # noqa: E402
from tests.support.loopback.recorded_programs import MBXP  # noqa: E402
from tests.support.services.servers import MODEL, replay_server  # noqa: E402

TARGETS = "java,javascript,php,ruby,cpp,csharp,kotlin,typescript"
REASONS = {
    "refusal": "refusal",
    "prose": "no_code",
    "unchanged": "unchanged",
    "cut": "truncated",
    "empty": "empty",
    "broken": "syntax_error",
}
"""Kind of noise -> the reason that it should be rejected for."""


def kind_of(text: str, finish_reason: str | None) -> str | None:
    """Return what the server has made of a translation; None if it left it as it is."""
    starts = {
        "I'm sorry": "refusal",
        "I cannot translate": "refusal",  # where it knows no translation
        "This function walks": "prose",
        "```python\n": "unchanged",
    }
    if not text:
        return "empty"
    if finish_reason == "length":
        return "cut"
    found = next((kind for start, kind in starts.items() if text.startswith(start)), None)
    return found or ("broken" if text.startswith("```\n") else None)


def run_pipeline(run: Path, data: Path, noise: float) -> None:
    with replay_server("--data", str(data), "--noise", str(noise)) as server:
        for arguments in (
            ("seeds", str(run), "--from", "mbxp", "--path", str(data)),
            ("translate", str(run), "--base-url", server.base_url, "--model", MODEL, "--targets", TARGETS),
            ("check", str(run)),
        ):
            subprocess.run([sys.executable, "-m", "synthcode", *arguments], check=True, cwd=ROOT)


def confusion(run: Path) -> Counter[tuple[str | None, str]]:
    """Count (kind of noise, reason); the reason of what was accepted is ``accepted``."""
    reasons = {
        row["request_id"]: row["reason"]
        for table in read_batches(shards_of(run / "rejected"), ["request_id", "reason"])
        for row in table.to_pylist()
    }
    counts: Counter[tuple[str | None, str]] = Counter()
    for table in read_batches(shards_of(run / "completions"), ["request_id", "text", "finish_reason"]):
        for row in table.to_pylist():
            counts[kind_of(row["text"], row["finish_reason"]), reasons.get(row["request_id"], "accepted")] += 1
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=MBXP, help="a folder with releases of MBXP")
    parser.add_argument("--noise", type=float, default=0.5, help="share of answers that are unusable")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        run_pipeline(Path(scratch) / "run", options.data.resolve(), options.noise)
        counts = confusion(Path(scratch) / "run")
    print(f"{'noise':<12}{'answers':>9}  {'reason':<14}{'precision':>10}{'recall':>8}  other reasons")
    for kind, reason in REASONS.items():
        of_kind = {verdict: count for (made, verdict), count in counts.items() if made == kind}
        # A whole translation that does not parse is rejected for that as well: it is not noise.
        of_reason = sum(count for (made, verdict), count in counts.items() if verdict == reason and made is not None)
        right, total = of_kind.get(reason, 0), sum(of_kind.values())
        others = ", ".join(f"{verdict} {count}" for verdict, count in sorted(of_kind.items()) if verdict != reason)
        scores = f"{right / max(1, of_reason):>10.4f}{right / max(1, total):>8.4f}"
        print(f"{kind:<12}{total:>9,}  {reason:<14}{scores}  {others}")
    untouched = {verdict: count for (made, verdict), count in counts.items() if made is None}
    print(f"{'none':<12}{sum(untouched.values()):>9,}  {', '.join(f'{k} {n:,}' for k, n in sorted(untouched.items()))}")


if __name__ == "__main__":
    main()
