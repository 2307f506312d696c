"""Programs that several threads parse at the same time."""

from __future__ import annotations

import subprocess
import sys

PARSES = """
import sys
from concurrent.futures import ThreadPoolExecutor
from synthcode.languages import get_language
from synthcode.languages.parsing import parse

sys.setswitchinterval(1e-6)
texts = [(f"func f{n}(a int) int {{ return a + {n} }}\\n" * (1 + n % 40)).encode() for n in range(400)]

def nodes(text):
    return parse(text, get_language("go")).root_node.descendant_count

with ThreadPoolExecutor(4) as pool:
    print(list(pool.map(nodes, texts)) == [nodes(text) for text in texts])
"""


def test_threads_parse_without_disturbing_each_other() -> None:
    done = subprocess.run([sys.executable, "-c", PARSES], capture_output=True, text=True, timeout=500, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "True"), done.stderr
