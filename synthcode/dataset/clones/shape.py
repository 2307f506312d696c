"""What signatures look like: the number of parameters of the function that others call."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import tree_sitter

from synthcode.comments.snippets import parse_snippet
from synthcode.entry_points import definitions
from synthcode.languages import Language, get_language
from synthcode.languages.parsing import ParseTimeout

UNKNOWN = -1
_LISTS = frozenset({"function_value_parameters"})
"""Lists of parameters that the grammar gives no field of the function (Kotlin)."""
_RECEIVERS = frozenset({"self", "cls", "this", "&self", "&mut self", "void"})
"""What stands in a list of parameters and does not count as an argument of a call."""


def add_parameter_counts(programs: pa.Table) -> pa.Table:
    """Add ``parameters`` to programs: int64, ``UNKNOWN`` where no function is found.

    Parameters
    ----------
    programs
        ``language``, ``code_stripped``, ``entry_point`` (null where it is not known).
    """
    columns = (programs[name].to_pylist() for name in ("code_stripped", "language", "entry_point"))
    counts = [
        parameter_count(code, get_language(language), name) for code, language, name in zip(*columns, strict=True)
    ]
    return programs.append_column("parameters", pa.array(counts, pa.int64()))


def unknown_parameter_counts(programs: pa.Table) -> pa.Table:
    """Add ``parameters`` to programs that no parser survives."""
    return programs.append_column("parameters", pc.cast(pa.array([UNKNOWN] * programs.num_rows), pa.int64()))


def parameter_count(code: str, language: Language, entry_point: str | None) -> int:
    """Count the parameters of the function of that name; of the first one that is not nested, if no name is known.

    Returns
    -------
    int
        ``UNKNOWN`` if the code has no such function.
    """
    try:
        snippet = parse_snippet(code, language)
    except ParseTimeout:
        return UNKNOWN
    named = [one for one in definitions(snippet, language) if not one.is_nested and entry_point in (None, one.name)]
    return _count(named[0].node) if named else UNKNOWN


def _count(function: tree_sitter.Node) -> int:
    parameters = _parameters(function)
    if parameters is None:
        return 0
    if not parameters.named_child_count:  # x => x: the parameter itself
        return int(parameters.type == "identifier")
    listed = [one for one in parameters.named_children if "comment" not in one.type]
    return sum(
        _names(one) for one in listed if one.text is None or one.text.decode("utf-8", "replace") not in _RECEIVERS
    )


def _names(parameter: tree_sitter.Node) -> int:
    """Return how many parameters a declaration declares: two in ``a, b int``."""
    return max(1, len(parameter.children_by_field_name("name")))


def _parameters(function: tree_sitter.Node) -> tree_sitter.Node | None:
    """Return the list of parameters, in the function's node or in what it declares or assigns."""
    waiting = [function]
    while waiting:
        node = waiting.pop(0)
        found = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
        if found is None:
            found = next((child for child in node.named_children if child.type in _LISTS), None)
        if found is not None:
            return found
        waiting += [child for name in ("declarator", "value", "right") for child in node.children_by_field_name(name)]
    return None
