from __future__ import annotations

import time

import pytest

from synthcode.gate.syntax.preprocessor import preprocessed

PREDEFINED = {b"__GNUC__": b"12"}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("#include <a.h>\nint x;\n", "\nint x;\n"),
        ("#if 0\nit's prose\n#else\nint x;\n#endif\n", "\n\n\nint x;\n\n"),
        ("#ifdef A\na\n#elif defined(__GNUC__) && __GNUC__ >= 4\nb\n#else\nc\n#endif\n", "\n\n\nb\n\n\n\n"),
        ("#define A 1 + \\\n  2\nint x = A;\n", "\n\nint x = 1 +    2;\n"),
        ("#define F(a, b) a##b(#a)\nF(x, y) F\n", '\nxy("") F\n'),
        ("#define L(...) f(__VA_ARGS__)\nL(1, (2, 3))\n", "\nf(1, (2, 3))\n"),
        ("#define A A + 1\nA\n#undef A\nA\n", "\nA + 1\n\nA\n"),
        ("#\n#pragma once\n#embed <x>\n", "\n\n0\n"),
        ("#if 1\nint x;\n", "#if 1\nint x;\n"),
        ("#include a.h>\n# Heading\n", "#include a.h>\n# Heading\n"),
        ("/* one\ntwo */ x // y\n/* open\n", " \n x  \n/* open\n"),
    ],
)
def test_what_the_preprocessor_leaves(text: str, left: str) -> None:
    assert preprocessed(text.encode(), PREDEFINED).decode() == left


@pytest.mark.parametrize(
    "text",
    [
        "#define A0 x\n" + "".join(f"#define A{n} A{n - 1} A{n - 1} A{n - 1}\n" for n in range(1, 40)) + "A39\n",
        "#define M(a) a a a a\n" + "M(" * 90 + "x" + ")" * 90 + "\n",
        "#define M(a) " + "a " * 20_000 + "\nM(" + "x" * 40_000 + ")\n",
    ],
)
def test_macros_that_grow_without_end_are_left_alone(text: str) -> None:
    started = time.process_time()
    assert len(preprocessed(text.encode(), PREDEFINED)) < 5_000_000
    assert time.process_time() - started < 5
