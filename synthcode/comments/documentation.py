"""Documentation in code: docstrings, and the comments before definitions."""

from __future__ import annotations

import functools
import re

import tree_sitter

from synthcode.comments.prose import comment_text, docstring_text
from synthcode.comments.removal import Cut
from synthcode.comments.snippets import Snippet, parse_snippet
from synthcode.comments.string_statements import string_cuts
from synthcode.comments.stripping import comment_span, comments_and_strings, cut_out, head_end
from synthcode.languages import Language
from synthcode.languages.parsing import ParseTimeout

_WRAPPERS = frozenset(
    {
        *("decorated_definition", "export_statement", "ambient_declaration", "template_declaration"),
        *("lexical_declaration", "variable_declaration", "variable_declarator", "expression_statement"),
        *("assignment_expression", "pair", "field_definition", "public_field_definition", "linkage_specification"),
        *("call", "argument_list"),
    }
)
"""Nodes that may hold a definition and begin before it: decorators, ``export``, ``const f =``, ``private def``."""
_ATTRIBUTES = frozenset({"attribute_item", "decorator"})
"""Nodes next to the definition that they belong to."""
_ALSO_REFERENCES = frozenset({"struct_specifier", "union_specifier", "enum_specifier", "class_specifier"})
"""Nodes that define a type only with a body: ``struct point p`` just names one."""
_TOKEN = re.compile(rb"\S")


def detach_documentation(code: str, language: Language) -> tuple[str, str]:
    """Separate code from its documentation.

    Documentation is Python's docstrings, and the comments on lines of their own at the head of the file or before
    a definition, whether of the whole or of a part. Other comments stay in the code.

    Returns
    -------
    tuple of str
        The code without it, and its text without comment markers, at least one paragraph per piece; ``''`` if there is
        none. If the text is too long to parse, or the parser too slow: the code unchanged, and ``''``.
    """
    try:
        snippet = parse_snippet(code, language)
    except ParseTimeout:
        return code, ""
    comments, strings = comments_and_strings(snippet, language)
    cuts: list[Cut] = []
    texts: list[tuple[int, str]] = []
    code_start = head_end(snippet.root)
    for run in _runs(snippet, comments):
        if _is_documentation(snippet, run, language, code_start):
            spans = [comment_span(snippet, node) for node in run]
            cuts += [Cut(*span) for span in spans]
            texts.append((spans[0][0], comment_text(spans, snippet.data, language)))
    for statement, cut in string_cuts(snippet, strings, docstrings_only=True):
        cuts.append(cut)
        texts.append((cut.start, docstring_text(snippet.bytes_of(statement))))
    return cut_out(snippet, cuts, language), "\n\n".join(text for _, text in sorted(texts) if text)


def last_documentation(code: str, end: int, language: Language) -> str:
    """Return what the last comment or docstring says that ends before a position.

    Unlike ``detach_documentation`` it takes comments and strings wherever they stand: a benchmark's prompt ends with
    the documentation of the function to write, which may be inside its body, and after helpers with comments.

    Parameters
    ----------
    code
        A prompt and its solution.
    end
        How many characters of it are the prompt.
    language
        Its language.

    Returns
    -------
    str
        Its text without comment markers; ``''`` if there is none or the parser is too slow.
    """
    try:
        snippet = parse_snippet(code, language)
    except ParseTimeout:
        return ""
    limit = len(code[:end].encode("utf-8", "surrogatepass"))
    comments, strings = comments_and_strings(snippet, language)
    texts: list[tuple[int, str]] = []
    for run in _runs(snippet, [node for node in comments if snippet.span(node)[0] < limit]):
        spans = [comment_span(snippet, node) for node in run]
        texts.append((spans[0][0], comment_text(spans, snippet.data, language)))
    texts += [(snippet.span(node)[0], docstring_text(snippet.bytes_of(node))) for node in strings]
    return max(((start, text) for start, text in texts if text and start < limit), default=(0, ""))[1]


def _runs(snippet: Snippet, comments: list[tree_sitter.Node]) -> list[list[tree_sitter.Node]]:
    """Group the comments on lines of their own by the token that follows them."""
    runs: list[list[tree_sitter.Node]] = []
    end = -1
    for node in sorted(comments, key=lambda node: node.start_byte):
        start, node_end = snippet.span(node)
        line = snippet.data.rfind(b"\n", 0, start) + 1
        if snippet.data[line:start].strip():
            continue
        if runs and not snippet.data[end:start].strip():
            runs[-1].append(node)
        else:
            runs.append([node])
        end = node_end
    return runs


def _is_documentation(snippet: Snippet, run: list[tree_sitter.Node], language: Language, code_start: int) -> bool:
    """Return whether a run of comments is the head of the file, or what follows it a definition."""
    if run[0].start_byte < code_start:
        return True
    token = _TOKEN.search(snippet.data, snippet.span(run[-1])[1])
    if token is None:
        return False
    start = token.start() + snippet.shift
    node = snippet.root.descendant_for_byte_range(start, start + 1)
    while node is not None and node.start_byte == start:
        if _defines(node, language):
            return True
        node = node.parent
    return False


def _defines(node: tree_sitter.Node, language: Language, depth: int = 4) -> bool:
    """Return whether a node is a definition, or is there for one that it holds or stands before."""
    if not node.is_named or depth == 0:
        return False
    if node.type in language.functions or node.type in language.types:
        return node.type not in _ALSO_REFERENCES or node.child_by_field_name("body") is not None
    if node.type in _WRAPPERS:
        return any(_defines(child, language, depth - 1) for child in node.named_children)
    if node.type in _ATTRIBUTES:
        following = _annotated(node.parent).get(node.id) if node.parent is not None else None
        return following is not None and _defines(following, language, depth - 1)
    return False


@functools.lru_cache(maxsize=2)
def _annotated(parent: tree_sitter.Node) -> dict[int, tree_sitter.Node]:
    """Return what each attribute among the children of a node is said of, by the attribute's id."""
    found: dict[int, tree_sitter.Node] = {}
    following = None
    for child in reversed(parent.named_children):
        if child.type in _ATTRIBUTES:
            if following is not None:
                found[child.id] = following
        elif not child.is_extra:
            following = child
    return found
