"""What the rows of a batch come to once dictionaries are unpacked."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Sizes = npt.NDArray[np.int64]


def row_sizes(batch: pa.RecordBatch) -> Sizes:
    """Return the bytes of each row, (rows,), with the values of dictionaries counted in every row that has them."""
    sizes = np.zeros(batch.num_rows, dtype=np.int64)
    for column in batch.columns:
        sizes += _sizes(column)
    return sizes


def decoded(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Return a batch with the values of dictionaries in their rows, in the types of a schema that has its columns."""
    fields = [schema.field(name) for name in batch.schema.names]
    columns = (_decoded(column) for column in batch.columns)
    cast = [
        column if column.type.equals(field.type) else column.cast(field.type)
        for column, field in zip(columns, fields, strict=True)
    ]
    return pa.RecordBatch.from_arrays(cast, schema=pa.schema(fields, schema.metadata))


def _sizes(array: pa.Array) -> Sizes:
    kind = array.type
    if pa.types.is_dictionary(kind):
        lengths = np.append(_sizes(array.dictionary), 0)
        return np.asarray(lengths[_numbers(array.indices, len(array.dictionary))], dtype=np.int64)
    if isinstance(array, pa.StringArray | pa.BinaryArray | pa.LargeStringArray | pa.LargeBinaryArray):
        return _numbers(pc.binary_length(array), 0)
    if isinstance(array, pa.ListArray | pa.LargeListArray):  # a map is a list of pairs
        running = np.concatenate([[0], np.cumsum(_sizes(array.values) + 16)])
        offsets = _numbers(array.offsets, 0)
        return np.asarray(running[offsets[1:]] - running[offsets[:-1]], dtype=np.int64)
    if isinstance(array, pa.StructArray):
        return sum((_sizes(array.field(number)) for number in range(kind.num_fields)), np.zeros(len(array), np.int64))
    return np.full(len(array), max(array.nbytes // max(len(array), 1), 1), dtype=np.int64)


def _numbers(array: pa.Array, null: int) -> Sizes:
    # Not to_numpy, which imports pandas where there is one.
    return np.from_dlpack(array.fill_null(null) if array.null_count else array).astype(np.int64)


def _decoded(array: pa.Array) -> pa.Array:
    kind = array.type
    if "dictionary<" not in str(kind):
        return array
    if pa.types.is_dictionary(kind):
        return array.dictionary_decode()
    if isinstance(array, pa.StructArray):
        parts = [_decoded(array.field(number)) for number in range(kind.num_fields)]
        names = [kind.field(number).name for number in range(kind.num_fields)]
        return pa.StructArray.from_arrays(parts, names, mask=array.is_null())
    array = pa.concat_arrays([array])
    start = array.offsets[0].as_py() if len(array) else 0
    inner = _decoded(array.values.slice(start, (array.offsets[-1].as_py() - start) if len(array) else 0))
    offsets = pc.subtract(array.offsets, start)
    if isinstance(array, pa.MapArray):
        return pa.MapArray.from_arrays(offsets, inner.field(0), inner.field(1), mask=array.is_null())
    maker = pa.LargeListArray if isinstance(array, pa.LargeListArray) else pa.ListArray
    return maker.from_arrays(offsets, inner, mask=array.is_null())
