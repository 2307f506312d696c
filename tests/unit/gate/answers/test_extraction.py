from __future__ import annotations

import pytest

from synthcode.gate.answers.extraction import Extraction, extract
from synthcode.languages import get_language

GO, PYTHON = get_language("go"), get_language("python")
CODE = "func f(x int) int {\n\treturn x\n}"
SOURCE = "def f(x):\n    return x"


def found(text: str, finish_reason: str | None = "stop", *, prefilled: bool = False) -> Extraction:
    return extract(text, GO, PYTHON, finish_reason, prefilled=prefilled)


@pytest.mark.parametrize(
    "text",
    [
        f"```go\n{CODE}\n```",
        f"```Go\n{CODE}\n```",
        f"```golang\n{CODE}\n```\n",
        f"```\n{CODE}\n```",
        f"```whatever\n{CODE}\n```",
        f"```f.go\n{CODE}\n```",
        f"```{{.go}}\n{CODE}\n```",
        f'```go title="f.go" {{1,3}}\n{CODE}\n```',
        f"```go:f.go\n{CODE}\n```",
        f"~~~ go\n{CODE}\n~~~",
        f"````go\n{CODE}\n````",
        f"```go\n{CODE}```",
        f"```go {CODE.splitlines()[0]}\n\treturn x\n}}\n```",
        f"Here it is: ```go\n{CODE}\n```",
        f"Sure! Here it is:\n\n```go\n{CODE}\n```\n\nIt returns `x`, and f(1) = 1.",
        f"# Translation\n\n```go\n{CODE}\n```\n\n## Notes\n\n- It returns x;",
        f"```go\n{CODE}",
        f"```go\n\n\n{CODE}\n\n```",
        f"\n{CODE}\n",
        f"{CODE}\n```",
        f"{CODE}\n```\n\nIt returns what it is given.",
        f"Here is the Go function:\n\n{CODE}\n\nIt returns what it is given.",
        f"**Go:**\n{CODE}\n\n### Explanation\n\n1. The function returns `x`.\n\n---\n",
        f"<think>\n```go\nno\n```\n</think>\n```go\n{CODE}\n```",
        f"\n<thinking>Well.</thinking>\n{CODE}",
        f"Well, x := 1?\n</think>\n\n```go\n{CODE}\n```",
        f"```markdown\n# Go\n```go\n{CODE}\n```\n```",
        f"```go\n{CODE}\n```\nwas\n```python\n{SOURCE}\n```",
        f"```python\n{SOURCE}\n```\nbecomes\n```go\n{CODE}\n```",
        f"```python\n{SOURCE}\n\nbecomes\n\n```go\n{CODE}\n```",
        f"```\n$ go run f.go\n```\n```go\n{CODE}\n```",
    ],
)
def test_the_likeliest_code(text: str) -> None:
    assert found(text).code == CODE
    assert found(text).reason is None


def test_code_in_a_list_loses_the_indentation_of_its_fence_alone() -> None:
    assert (
        found("1. So:\n\n   ```go\n   func f() {\n   \tg()\n  h()\n   }\n   ```\n2. Done").code
        == "func f() {\n\tg()\nh()\n}"
    )


def test_a_fence_that_is_indented_more_is_part_of_the_code() -> None:
    code = 'def f():\n    """Add.\n\n    ```python\n    f()\n    ```\n    """'
    assert extract(f"```python\n{code}\n```", PYTHON, GO, "stop").code == code


def test_a_fence_behind_the_mark_of_a_comment_is_part_of_the_code() -> None:
    code = "/// ```\n/// f();\n/// ```\nfn f() {}"
    assert extract(f"```rust\n{code}\n```", get_language("rust"), PYTHON, "stop").code == code
    assert extract(f"```rust\n{code}", get_language("rust"), PYTHON, "stop").code == code


def test_a_longer_fence_holds_shorter_ones() -> None:
    assert found(f"````go\n{CODE}\n```python\n````").code == f"{CODE}\n```python"


def test_a_comment_that_reads_like_a_sentence_stays() -> None:
    code = "# This adds two numbers up.\ndef f(x):\n    return x\n# That is all there is."
    assert extract(code, PYTHON, GO, "stop").code == code


def test_the_targets_blocks_come_first_and_the_sources_last() -> None:
    tags = ("python", "java", "text", "", "go")
    blocks = found("\n".join(f"```{tag}\nx{number} = 1\n```" for number, tag in enumerate(tags))).blocks
    assert [block.code for block in blocks] == ["x4 = 1", "x3 = 1", "x2 = 1", "x1 = 1", "x0 = 1"]
    assert [block.language and block.language.name for block in blocks] == ["go", None, None, "java", "python"]


@pytest.mark.parametrize("finish_reason", ["length", "LENGTH", "max_tokens", "abort"])
def test_what_was_cut_off_is_not_complete(finish_reason: str) -> None:
    assert [block.complete for block in found(f"```go\n{CODE}", finish_reason).blocks] == [False]
    assert [block.complete for block in found(CODE, finish_reason).blocks] == [False]
    assert [block.complete for block in found(f"```go\n{CODE}\n```\nIt", finish_reason).blocks] == [True]
    assert [block.complete for block in found(f"```go\n{CODE}", "stop").blocks] == [True]
    assert [block.complete for block in found(f"```go\n{CODE}", None).blocks] == [True]


def test_a_prefilled_answer_begins_inside_its_block() -> None:
    (block,) = found(f"{CODE}\n```\nThis is `x`.", prefilled=True).blocks
    assert (block.code, block.language) == (CODE, GO)
    (block,) = found(f"```go\n{CODE}\n```", prefilled=True).blocks
    assert block.code == CODE
    (block,) = found(CODE, "length", prefilled=True).blocks
    assert not block.complete


@pytest.mark.parametrize(
    ("text", "finish_reason", "reason"),
    [
        ("", "stop", "empty"),
        (" \n", None, "empty"),
        ("<think>Nothing to say.</think>\n", "stop", "empty"),
        ("", "length", "truncated"),
        ("<think>The source", "length", "truncated"),
        ("<think>The source", "stop", "truncated"),
        ("Here is the Go version:\n\n```go\n", "length", "truncated"),
        ("Let me explain first. The function", "length", "truncated"),
        ("I'm sorry, but I can't help with translating this code.", "stop", "refusal"),
        ("I’m sorry, I can’t assist with that request.", "stop", "refusal"),
        ("I cannot translate this one.", "stop", "refusal"),
        ("As an AI language model, I have no opinion on it.", "stop", "refusal"),
        ("Something else.", "content_filter", "refusal"),
        ("This function walks the input once and returns the result.", "stop", "no_code"),
        ("To do so, call `sort(xs)` first.\nThen walk through them, and add them up.", "stop", "no_code"),
        ("Use a map. " * 60 + "You cannot sort it.", "stop", "no_code"),
        ("```go\n\n```", "stop", "no_code"),
    ],
)
def test_answers_without_code(text: str, finish_reason: str | None, reason: str) -> None:
    extraction = found(text, finish_reason)
    assert extraction.code is None
    assert extraction.reason == reason


def first(text: str) -> str:
    return found(text).blocks[0].code


@pytest.mark.parametrize(
    "after",
    [
        "``` Hope this helps!",
        "``` Done.",
        "```\u200b",
        "```\u00a0",
        "```This is what you asked for",
        "```That's it, have fun",
    ],
)
def test_what_goes_on_after_a_closing_fence_is_no_code(after: str) -> None:
    answer = f"Here it is: ```go\n{CODE}\n{after}\n\nIts output:\n\n```\n[2, 5, 6]\n```\n"
    assert first(answer) == CODE


@pytest.mark.parametrize(
    ("opening", "name"),
    [
        ("\\begin{lstlisting}[language=Go]", "lstlisting"),
        ("\\begin{minted}{go}", "minted"),
        ("\\begin{minted}[linenos]{go}", "minted"),
        ("\\begin{verbatim}", "verbatim"),
    ],
)
def test_listings_of_latex_are_blocks(opening: str, name: str) -> None:
    assert first(f"The function:\n\n{opening}\n{CODE}\n\\end{{{name}}}\n\nIt clamps.") == CODE


def test_a_listing_in_a_string_of_the_code_is_left() -> None:
    program = "const head = `\n\\begin{verbatim}\n`\n\n" + CODE
    assert first(program) == program
