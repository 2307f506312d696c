"""Reads texts with a NUL between them; writes 1 for each that rustfmt (rustc's parser) takes, and 0 for each other."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

AT_ONCE = 500
COMMAND = ("rustfmt", "--edition", "2021", "--check", "--color", "never", "--config", "max_width=10000")
PLACE = re.compile(r"^ *--> .*?(\d+)\.rs:\d+:\d+", re.MULTILINE)


def refused(texts: list[str]) -> set[int]:
    with tempfile.TemporaryDirectory() as folder:
        names = [f"{number}.rs" for number in range(len(texts))]
        for name, text in zip(names, texts, strict=True):
            (Path(folder) / name).write_text(text, encoding="utf-8")
        finished = subprocess.run([*COMMAND, *names], cwd=folder, capture_output=True, text=True, check=False)
    # Between one "error" and the next stands its place; warnings about unstable options have none.
    errors = re.split(r"^(?=error|warning)", finished.stderr, flags=re.MULTILINE)
    places = [PLACE.search(error) for error in errors if error.startswith("error")]
    return {int(place[1]) for place in places if place is not None}


texts = sys.stdin.read().split("\0")
for at in range(0, len(texts), AT_ONCE):
    batch = texts[at : at + AT_ONCE]
    wrong = refused(batch)
    sys.stdout.write("".join("0" if number in wrong else "1" for number in range(len(batch))))
