"""A source of a few lines in two languages, and the gate's question whether a completion only stands for it."""

from __future__ import annotations

from synthcode.gate.placeholders import placeholder
from synthcode.languages import LANGUAGES

PYTHON = "def clamp_all(xs, low, high):\n    return [min(max(x, low), high) for x in xs]\n"
JAVA = """class A {
    static int[] clampAll(int[] xs, int low, int high) {
        int[] out = new int[xs.length];
        for (int i = 0; i < xs.length; i++) out[i] = Math.min(Math.max(xs[i], low), high);
        return out;
    }
}
"""


def why_placeholder(code: str, language: str, source: str = "", entry_point: str | None = "clamp_all") -> str | None:
    target = LANGUAGES[language]
    original = LANGUAGES["java" if language == "python" else "python"]
    source = source or (JAVA if language == "python" else PYTHON)
    return placeholder(code, target, source, original, entry_point)
