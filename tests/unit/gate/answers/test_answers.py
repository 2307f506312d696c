"""Answers as models really write them: what is taken for the translation, and what is not."""

from __future__ import annotations

import html
import json
from typing import Any

import pyarrow as pa
import pytest

from synthcode.gate.config import CheckConfig
from synthcode.gate.gate import check
from synthcode.schemas.tables import CHECK_INPUT

SOURCE = "def add_all(numbers):\n    total = 0\n    for number in numbers:\n        total += number\n    return total\n"
JAVA = """import java.util.List;

public class Main {
    public static int addAll(List<Integer> numbers) {
        int total = 0;
        for (int number : numbers) {
            total += number;
        }
        return total;
    }
}"""
JAVASCRIPT = "function addAll(numbers) {\n  return numbers.reduce((a, b) => a + b, 0);\n}"
GO = "func addAll(numbers []int) int {\n\tsum := 0\n\tfor _, n := range numbers {\n\t\tsum += n\n\t}\n\treturn sum\n}"
RUBY = "def add_all(numbers)\n  total = 0\n  numbers.each { |number| total += number }\n  total\nend"
RUST = "fn add_all(numbers: &[i32]) -> i32 {\n    numbers.iter().sum()\n}"
CPP = "#include <vector>\n\nint addAll(const std::vector<int>& numbers) {\n    return numbers.at(0);\n}"
C = "#include <stddef.h>\n\nint add_all(const int *numbers, size_t n) {\n    return n ? numbers[0] : 0;\n}"
PHP = "<?php\n\nfunction addAll(array $numbers): int {\n    return array_sum($numbers);\n}"
KOTLIN = "fun addAll(numbers: List<Int>): Int {\n    return numbers.sum()\n}"
CSHARP = "public static int AddAll(int[] numbers)\n{\n    return numbers.Sum();\n}"
TYPESCRIPT = "function addAll(numbers: number[]): number {\n  return numbers.reduce((a, b) => a + b, 0);\n}"
QUOTING = "/*\nExample:\n```js\naddAll([1]);\n```\n*/\n" + JAVASCRIPT
DOCUMENTED = "/// Adds.\n///\n/// ```\n/// assert_eq!(add_all(&[1]), 1);\n/// ```\n" + RUST
SUM = "def add_all(numbers):\n    return sum(numbers)"
PYTHON = '"""\nExample\n```\nadd_all([1])\n```\n"""\n\ndef add_all(numbers):\n    return sum(numbers)'


def indented(code: str, by: str) -> str:
    return "\n".join(by + line if line else line for line in code.split("\n"))


def verdict(language: str, text: str, finish_reason: str = "stop") -> str:
    """The code, or the reason why there is none."""
    source = ("python", SOURCE) if language != "python" else ("javascript", JAVASCRIPT)
    row: dict[str, Any] = dict.fromkeys(CHECK_INPUT.names, "x") | {"sample_index": 0, "finish_reason": finish_reason}
    row |= {"source_language": source[0], "source_code": source[1], "entry_point": "add_all"}
    row |= {"target_language": language, "text": text}
    kept, rejected = check(pa.Table.from_pylist([row], schema=CHECK_INPUT), CheckConfig())
    return str((kept["code"] if kept.num_rows else rejected["reason"])[0])


WHOLE = {
    "fence in a numbered list": (
        "java",
        f"1. Import.\n2. Write:\n\n    ```java\n{indented(JAVA, '    ')}\n    ```\n",
        JAVA,
    ),
    "fence behind a tab": ("go", f"- The function:\n\n\t```go\n{indented(GO, chr(9))}\n\t```\n", GO),
    "carriage returns": (
        "go",
        f"Here:\r\n\r\n```go\r\n{GO}\r\n```\r\n".replace("\n", "\r\n"),
        GO.replace("\n", "\r\n"),
    ),
    "carriage returns, bare": ("go", GO.replace("\n", "\r\n") + "\r\n", GO.replace("\n", "\r\n")),
    "byte order mark": ("java", f"\ufeff```java\n{JAVA}\n```", JAVA),
    "spaces behind fences": ("java", f"```java   \n{JAVA}\n```   \n", JAVA),
    "label, no fence": ("java", f"Here is the Java code:\n\n{JAVA}", JAVA),
    "prose with code in it behind": (
        "java",
        f"Here is the Java code:\n\n{JAVA}\n\nExplanation:\n- `addAll` takes a list.\n- It is the sum, i.e. a + b.",
        JAVA,
    ),
    "bold notes behind": ("rust", f"{RUST}\n\n**Notes**\n\n* `&[i32]` is a slice; pass `&v` to it.\n", RUST),
    "sentences around": (
        "cpp",
        f"In C++ we take a `std::vector`.\n\n{CPP}\n\nNote that the vector is passed by reference; no copy is made.",
        CPP,
    ),
    "a short sentence behind": ("go", f"Here is the Go version:\n\n{GO}\n\nIt adds.", GO),
    "a comment first, bare": ("ruby", f"# Adds all numbers.\n{RUBY}", f"# Adds all numbers.\n{RUBY}"),
    "headings and usage": (
        "ruby",
        f"## Ruby\n\n```ruby\n{RUBY}\n```\n\n### Notes\n\n1. `each` walks.\n\n```ruby\nputs add_all([1]) # 1\n```",
        RUBY,
    ),
    "usage first": ("ruby", f"Usage:\n```ruby\nputs add_all([1])\n```\nCode:\n```ruby\n{RUBY}\n```", RUBY),
    "commands and settings": (
        "rust",
        f"```bash\ncargo new adder\n```\n\n`src/lib.rs`:\n\n```rust\n{RUST}\n```\n\n```toml\n[dependencies]\n```",
        RUST,
    ),
    "output behind": ("cpp", f"```cpp\n{CPP}\n```\n\nOutput:\n```\n6\n```", CPP),
    "a header first": ("c", f"adder.h\n```c\nint add_all(const int *, size_t);\n```\nadder.c\n```c\n{C}\n```", C),
    "another language's translation": ("java", f"```js\n{JAVASCRIPT}\n```\nIn Java:\n```java\n{JAVA}\n```", JAVA),
    "four backticks": ("rust", f"````rust\n{DOCUMENTED}\n````", DOCUMENTED),
    "a fence in a comment": ("javascript", f"```javascript\n{QUOTING}\n```\nDone.", QUOTING),
    "a bare fence in a comment": (
        "javascript",
        f"```javascript\n{QUOTING.replace('```js', '```')}\n```\n\n```\n1\n```",
        QUOTING.replace("```js", "```"),
    ),
    "a fence in a docstring": ("python", f"```python\n{PYTHON}\n```\nDone.", PYTHON),
    "a comment's mark in a string": (
        "javascript",
        f"```js\n{JAVASCRIPT}\nconst all = 'src/**';\n```\nGlobs */ end here.",
        f"{JAVASCRIPT}\nconst all = 'src/**';",
    ),
    "tildes": ("kotlin", f"~~~kotlin\n{KOTLIN}\n~~~", KOTLIN),
    "thoughts": ("kotlin", f"<think>\n```kotlin\nfun no() = 1\n```\nNo.\n</think>\n\n```kotlin\n{KOTLIN}\n```", KOTLIN),
    "thoughts that the prompt began": ("kotlin", f"Or fun no() = 1?\n</think>\n```kotlin\n{KOTLIN}\n```", KOTLIN),
    "a channel of thoughts": (
        "kotlin",
        "<|channel|>analysis<|message|>```kotlin\nfun no() = 1\n```<|end|><|start|>assistant<|channel|>final<|message|>"
        f"```kotlin\n{KOTLIN}\n```<|return|>",
        KOTLIN,
    ),
    "the last token": ("java", f"```java\n{JAVA}\n```<|im_end|>", JAVA),
    "the last token on its line": ("java", f"```java\n{JAVA}\n```\n<|endoftext|>\n", JAVA),
    "the last token, bare": ("java", f"{JAVA}<|eot_id|>", JAVA),
    "first and last token": ("java", f"<s> ```java\n{JAVA}\n```</s>", JAVA),
    "a turn of its own invention": (
        "java",
        f"```java\n{JAVA}\n```<|im_end|>\n<|im_start|>user\nNow add:\n```java\nclass B {{ int addAll; }}\n```",
        JAVA,
    ),
    "a fence within a sentence": ("csharp", f"Here's the C# version: ```csharp\n{CSHARP}\n```", CSHARP),
    "the language's name with its sign": ("csharp", f"```c#\n{CSHARP}\n```", CSHARP),
    "PHP without its tag": ("php", f"```php\n{PHP[7:]}\n```", PHP[7:]),
    "PHP that is closed": ("php", f"```php\n{PHP}\n?>\n```", f"{PHP}\n?>"),
    "JavaScript's fence for TypeScript": ("typescript", f"```javascript\n{TYPESCRIPT}\n```", TYPESCRIPT),
    "a fence in a fence": ("java", f"```markdown\n# Translation\n\n```java\n{JAVA}\n```\n```", JAVA),
    "the language's name on a line": ("java", f"java\n{JAVA}", JAVA),
    "copied from a web page": ("java", f"java\nCopy code\n{JAVA}", JAVA),
    "elements of HTML": ("go", f"Here is the function:\n\n<code>\n{GO}\n</code>\n\nIt adds.", GO),
    "escaped HTML": ("java", f'<pre><code class="language-java">{html.escape(JAVA)}\n</code></pre>', JAVA),
    "JSON": ("javascript", json.dumps({"code": JAVASCRIPT, "notes": "It adds."}), JAVASCRIPT),
    "JSON in a fence": ("java", f"```json\n{json.dumps({'language': 'java', 'code': JAVA}, indent=2)}\n```", JAVA),
    "files in JSON": ("java", json.dumps({"files": [{"name": "Main.java", "content": JAVA}]}), JAVA),
    "a list in JSON": ("java", json.dumps([{"language": "java", "code": JAVA}]), JAVA),
    "a list of languages in JSON": (
        "java",
        json.dumps([{"language": "python", "code": SOURCE}, {"language": "java", "code": JAVA}]),
        JAVA,
    ),
    "JSON within JSON": ("java", json.dumps({"translation": {"java": JAVA, "python": SOURCE}}), JAVA),
    "a string in JSON": ("java", json.dumps(JAVA), JAVA),
    "a string in JSON, in a fence": ("java", f"```json\n{json.dumps(JAVA)}\n```", JAVA),
    "CDATA": ("java", f"<code><![CDATA[\n{JAVA}\n]]></code>", JAVA),
    "CDATA in a tag": ("java", f"<translation><![CDATA[\n{JAVA}\n]]></translation>", JAVA),
    "Code Llama's tags": ("python", f"[PYTHON]\n{SUM}\n[/PYTHON]", SUM),
    "Code Llama's tag, opened by the prompt": ("python", f"{SUM}\n[/PYTHON]\nIt adds.", SUM),
    "tags of few-shot prompts": ("java", f"[BEGIN]\n{JAVA}\n[DONE]\n[BEGIN]\nclass Next {{}}\n[DONE]", JAVA),
    "tags in capitals": ("cpp", f"Here it is:\n[CODE]\n{CPP}\n[/CODE]\nIt adds.", CPP),
    "an answer in tags": ("java", f"<explanation>\nIt adds.\n</explanation>\n<answer>\n{JAVA}\n</answer>", JAVA),
    "a fence in tags": ("java", f"<answer>\n```java\n{JAVA}\n```\n</answer>", JAVA),
    "an answer in tags that the prompt opened": ("java", f"{JAVA}\n</answer>", JAVA),
    "the language as a tag": ("java", f"<java>\n{JAVA}\n</java>", JAVA),
    "tags in small letters": ("java", f"[code]\n{JAVA}\n[/code]", JAVA),
    "a tag with an attribute": ("java", f'<answer language="java">\n{JAVA}\n</answer>', JAVA),
    "CDATA alone": ("java", f"<![CDATA[\n{JAVA}\n]]>", JAVA),
    "JSON with words around it": ("java", f"Here you are:\n{json.dumps({'code': JAVA})}\nIt adds.", JAVA),
    "JSON with line breaks in its strings": ("java", '{"code": "' + JAVA + '"}', JAVA),
    "quotes in place of a fence": ("java", f"Here it is:\n'''java\n{JAVA}\n'''\nIt adds.", JAVA),
    "quotes in place of a fence, Python": ("python", f'"""python\n{SUM}\n"""', SUM),
    "a quotation": ("java", "> Here:\n>\n" + indented(f"```java\n{JAVA}\n```", "> "), JAVA),
    "a full stop after the fence": ("java", f"```java\n{JAVA}\n```.\n\nIt adds.", JAVA),
    "a byte order mark in a fence": ("java", f"```java\n\ufeff{JAVA}\n```", JAVA),
    "a byte order mark in a fence, Python": ("python", f"```python\n\ufeff{PYTHON}\n```", PYTHON),
    "a zero-width space before it": ("java", f"```java\n\u200b{JAVA}\n```", JAVA),
    "four backticks against three": ("java", f"````java\n{JAVA}\n```\n\nIt adds.", JAVA),
    "backticks against tildes": ("java", f"```java\n{JAVA}\n~~~\n\nIt adds.", JAVA),
    "tildes against backticks": ("java", f"~~~java\n{JAVA}\n```\n\nIt adds.", JAVA),
    "four backticks around all of it": (
        "java",
        f"````markdown\nThe class:\n\n```java\n{JAVA}\n```\n\nDone.\n````",
        JAVA,
    ),
    "four backticks around all of it, no tag": ("java", f"````\nThe class:\n\n```java\n{JAVA}\n```\n````", JAVA),
    "tildes around all of it": ("java", f"~~~md\n```java\n{JAVA}\n```\n~~~", JAVA),
    "a documented example in four backticks, no tag": ("python", f"````\n{PYTHON}\n````", PYTHON),
    "Markdown in JSON": ("java", json.dumps({"java": f"```java\n{JAVA}\n```"}), JAVA),
    "an artifact": ("java", f'<antArtifact type="application/vnd.ant.code" title="x">\n{JAVA}\n</antArtifact>', JAVA),
    "a file": ("java", f'Here it is.\n\n<file path="Main.java">\n{JAVA}\n</file>\nDone.', JAVA),
    "an apology before it": ("java", f"I'm sorry, I can't keep its types. Still:\n```java\n{JAVA}\n```", JAVA),
}


@pytest.mark.parametrize("name", WHOLE)
def test_the_code_is_taken_whole(name: str) -> None:
    language, text, code = WHOLE[name]
    assert verdict(language, text) == code


@pytest.mark.parametrize(
    ("language", "text", "reason"),
    [
        ("java", f"```java\n{JAVA}\n\nThis class adds all of the numbers up.\n```", "syntax_error"),
        ("java", "```java\n" + JAVA.replace("total", "to\u200btal", 1) + "\n```", "syntax_error"),
        ("java", f"```java\n{JAVA.replace('    ', chr(0xA0) * 4)}\n```", "syntax_error"),
        ("java", f"```java\n{html.escape(JAVA)}\n```", "syntax_error"),
        (
            "go",
            "```go\n" + "\n".join(f"{n}: {line}" for n, line in enumerate(GO.split("\n"))) + "\n```",
            "syntax_error",
        ),
        ("go", "```diff\n" + indented(GO, "+") + "\n```", "syntax_error"),
        ("javascript", f"```js\n{JAVASCRIPT}\n\nOutput:\n6\n```", "syntax_error"),
        ("javascript", f"{JAVASCRIPT}\n\nUser: thanks", "syntax_error"),
        ("javascript", f"```js\n{JAVASCRIPT}\n\n- adds\n- returns\n```", "syntax_error"),
        ("typescript", f"```ts\nassistant\n{TYPESCRIPT}\n```", "syntax_error"),
        ("ruby", f"```ruby\nruby\n{RUBY}\n```", "syntax_error"),
        ("ruby", f"```ruby\nCopy code\n{RUBY}\n```", "syntax_error"),
        ("ruby", f"```ruby\n{RUBY}\n\n- adds\n- returns\n```", "syntax_error"),
        ("php", f"```php\n{PHP}\n\nNote:\n```", "syntax_error"),
        ("java", f"{JAVA}\n\nExample usage:\nMain.addAll(List.of(1));", "syntax_error"),
        ("java", json.dumps({"code": JAVA, "java": JAVA}), "syntax_error"),
        ("java", json.dumps({"explanation": "It adds."}), "syntax_error"),
        ("javascript", "Use `const addAll = (numbers) => numbers.length;` for it.", "no_code"),
        ("javascript", "Use <code>addAll(numbers)</code> for it, and all is well.", "no_code"),
        ("java", f"Sorry, I know no Java. The source is:\n```python\n{SOURCE}```", "unchanged"),
    ],
)
def test_what_is_no_code_alone_is_none(language: str, text: str, reason: str) -> None:
    assert verdict(language, text) == reason


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("javascript", "function f(a, lt) {\n  return a &lt;\n}"),
        ("go", "func f(a, amp int) int {\n\ta = a &amp;\n\treturn a\n}"),
        ("ruby", "def f(a, b)\n  a &lt; b\nend"),
        ("cpp", "int f(int a, int b) {\n    bool c = a &lt; b;\n    return c;\n}"),
        ("c", "int f(int a, int b) {\n    int c = a &lt; b;\n    return c;\n}"),
        ("php", "function f($a) {\n    return $a &amp; 1;\n}"),
    ],
)
def test_html_that_parses_is_no_code(language: str, code: str) -> None:
    assert verdict(language, f"```{language}\n{code}\n```") == "syntax_error"
    shown = 'function f() {\n  return "a &lt; b" // &amp;\n}'
    assert verdict("javascript", f"```js\n{shown}\n```") == shown


def test_an_answer_that_was_cut_off_says_so() -> None:
    assert verdict("go", f"```go\n{GO[:-20]}", "length") == "truncated"
    assert verdict("go", f"```go\n{GO}\n```\n\nThis function ta", "length") == GO
    assert verdict("go", f"```go\n{GO}\n```\n\nExample:\n\n```go\nfunc main() {{\n\tfmt.Pri", "length") == GO
