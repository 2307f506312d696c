"""Tables without the secrets of this machine, whatever put them there: a checkout, a compiler's message, a model."""

from __future__ import annotations

import pyarrow as pa

from synthcode.redaction import Redactor


def without_secrets(table: pa.Table, redactor: Redactor) -> pa.Table:
    """Return a table without secrets in its texts; the same table, after one scan of its bytes, if it holds none."""
    for index, field in enumerate(table.schema):
        if _holds_any(table.column(index), redactor):
            values = redactor.tree(table.column(index).to_pylist())
            table = table.set_column(index, field, pa.chunked_array([pa.array(values, field.type)]))
    return table


def _holds_any(column: pa.ChunkedArray, redactor: Redactor) -> bool:
    if not redactor.patterns or pa.types.is_primitive(column.type):
        return False
    for chunk in column.chunks:
        for buffer in filter(None, chunk.buffers()):
            content = buffer.to_pybytes()
            if any(pattern in content for pattern in redactor.patterns):
                return True
    return False
