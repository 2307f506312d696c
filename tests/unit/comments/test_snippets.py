"""What a query finds in a text comes in the order of the text."""

from __future__ import annotations

from synthcode.comments.snippets import any_of, captured, parse_snippet
from synthcode.languages import get_language


def test_nodes_are_in_the_order_of_the_text() -> None:
    cpp = get_language("cpp")
    snippets = [parse_snippet("int f() {\n// a\n// b\n// c\n// d\n}" + "\n" * lines, cpp) for lines in range(9)]
    for snippet in snippets:
        comments = captured(cpp, any_of(cpp.comments, "comment"), snippet.root)["comment"]
        assert [snippet.bytes_of(node) for node in comments] == [b"// a", b"// b", b"// c", b"// d"]
