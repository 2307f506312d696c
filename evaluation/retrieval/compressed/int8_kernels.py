"""The loops that multiply bytes and count at once, compiled by numba: they hold no lock of the interpreter.

Products of bytes are added in pairs of dimensions: 16 products at a time on x86 with AVX2 (``vpmaddwd``), twice as many
as of float32. That needs all scores of a tile in registers, which a loop over arrays does not get: the tile is written
in LLVM's language, for any processor.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from synthcode.dedup.kernels.compiled import compiled

LANES = 8
"""32-bit sums in a register of AVX2."""
QUERIES, VECTORS = 6, 2
"""Of a tile: its twelve registers of sums leave four for what is multiplied."""
DOCUMENTS = VECTORS * LANES
"""Of a tile."""

_array: Any = cgutils.create_struct_proxy  # neither has types
_nothing: Any = types.void
_I32, _I64 = ir.IntType(32), ir.IntType(64)
_SUMS, _BYTES = ir.VectorType(_I32, LANES), ir.VectorType(ir.IntType(16), 2 * LANES)
_PRODUCTS = ir.VectorType(_I32, 2 * LANES)


@intrinsic
def _multiply_tile(_context: Any, queries: Any, query: Any, documents: Any, pairs: Any, scores: Any) -> Any:
    """Write the inner products of 6 queries and 16 documents to ``scores``, (6 * 16,) int32.

    ``queries`` from place ``query`` on and ``documents`` are int16: of each pair of dimensions all texts, one after
    another.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = [_data(context, builder, signature, arguments, place) for place in (0, 2, 4)]
        first = builder.bitcast(builder.gep(data[0], [arguments[1]]), _I32.as_pointer())
        sums = _sum_loop(builder, first, builder.bitcast(data[1], _BYTES.as_pointer()), arguments[3])
        target = builder.bitcast(data[2], _SUMS.as_pointer())
        for number, vector in enumerate(sums):
            builder.store(vector, builder.gep(target, [_I64(number)])).align = 4
        return context.get_dummy_value()

    return _nothing(queries, query, documents, pairs, scores), generate


@intrinsic
def _count_before(_context: Any, scores: Any, query: Any, place: Any, own: Any, counts: Any, pair: Any) -> Any:
    """Add 1 to the counts of a pair, 16 of them, where a score of the query ranks before the document of score ``own``.

    That document stands at ``place``: before the first of the sixteen, among them, or after them.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        rows, counted = (
            builder.bitcast(_data(context, builder, signature, arguments, place), _SUMS.as_pointer())
            for place in (0, 4)
        )
        place, own = (_repeated(builder, arguments[number]) for number in (2, 3))
        for number in range(VECTORS):
            lanes = _SUMS(list(range(number * LANES, (number + 1) * LANES)))
            stands_before = builder.sext(builder.icmp_signed("<", lanes, place), _SUMS)  # -1 where it is true
            score = _load(builder, rows, arguments[1], VECTORS, number)
            is_before = builder.sext(builder.icmp_signed(">", score, builder.add(own, stands_before)), _SUMS)
            target = builder.gep(counted, [_place(builder, arguments[5], VECTORS, number)])
            old = builder.load(target)
            old.align = 4
            builder.store(builder.sub(old, is_before), target).align = 4
        return context.get_dummy_value()

    return _nothing(scores, query, place, own, counts, pair), generate


def _data(context: Any, builder: Any, signature: Any, arguments: Any, place: int) -> Any:
    """Return where the numbers of an array are."""
    return _array(signature.args[place])(context, builder, value=arguments[place]).data


def _place(builder: Any, row: Any, each: int, number: int) -> Any:
    return builder.add(builder.mul(row, _I64(each)), _I64(number))


def _sum_loop(builder: Any, queries: Any, documents: Any, pairs: Any) -> list[Any]:
    """Build the loop over pairs of dimensions; return its sums, of each query all vectors of documents."""
    before, loop, after = builder.block, builder.append_basic_block("pair"), builder.append_basic_block("sums")
    builder.branch(loop)
    builder.position_at_end(loop)
    pair = builder.phi(_I64)
    sums = [builder.phi(_SUMS) for _ in range(QUERIES * VECTORS)]
    vectors = [_load(builder, documents, pair, VECTORS, number) for number in range(VECTORS)]
    added = []
    for number in range(QUERIES):
        two_bytes = _load(builder, queries, pair, QUERIES, number)
        repeated = builder.bitcast(_repeated(builder, two_bytes), _BYTES)
        products = [_added_pairs(builder, repeated, vector) for vector in vectors]
        old = sums[number * VECTORS : (number + 1) * VECTORS]
        added += [builder.add(total, product) for total, product in zip(old, products, strict=True)]
    following = builder.add(pair, _I64(1))
    builder.cbranch(builder.icmp_unsigned("<", following, pairs), loop, after)
    for phi, step in zip((pair, *sums), (following, *added), strict=True):
        phi.add_incoming(phi.type(0 if phi is pair else None), before)
        phi.add_incoming(step, loop)
    builder.position_at_end(after)
    return added


def _load(builder: Any, pointer: Any, row: Any, each: int, number: int) -> Any:
    """Read what is ``number`` of the ``each`` values of a row."""
    loaded = builder.load(builder.gep(pointer, [_place(builder, row, each, number)]))
    loaded.align = 2
    return loaded


def _repeated(builder: Any, number: Any) -> Any:
    """Return 32 bits in every lane."""
    nothing = ir.Constant(_SUMS, ir.Undefined)
    return builder.shuffle_vector(builder.insert_element(nothing, number, _I32(0)), nothing, _SUMS(None))


def _added_pairs(builder: Any, left: Any, right: Any) -> Any:
    """Multiply 16-bit numbers and add each two neighbours, which LLVM knows as one instruction."""
    products = builder.mul(builder.sext(left, _PRODUCTS), builder.sext(right, _PRODUCTS))
    halves = [builder.shuffle_vector(products, products, _SUMS(list(range(first, 2 * LANES, 2)))) for first in (0, 1)]
    return builder.add(*halves)


@compiled
def own_scores(panels: Any, codes: Any, starts: Any, answers: Any, scores: Any) -> None:
    """Write the inner product of each query and relevant document; parameters as of :func:`count_better_products`.

    Parameters
    ----------
    codes
        (queries, width), int8.
    scores
        Filled, int32. (pairs,)
    """
    for query in range(codes.shape[0]):
        for pair in range(starts[query], starts[query + 1]):
            panel, lane = panels[answers[pair] // DOCUMENTS], answers[pair] % DOCUMENTS
            total = np.int32(0)
            for dim in range(codes.shape[1]):
                place = (dim // 2 * DOCUMENTS + lane) * 2 + dim % 2
                total += np.int32(codes[query, dim]) * np.int32(panel[place])
            scores[pair] = total


@compiled
def count_better_products(codes: Any, panels: Any, starts: Any, answers: Any, own: Any, counts: Any) -> None:
    """Count the documents that rank before each relevant one. Of equal scores the one that stands before does.

    Parameters
    ----------
    codes
        (queries, width), int8, of an even width.
    panels
        (documents / 16, width * 16), int8: sixteen documents interleaved; zeros fill the last.
    starts, answers
        As in ``Judgements``, of these queries only. (queries + 1,), (pairs,)
    own
        The scores of the relevant documents. (pairs,)
    counts
        Zeros; the counts of every sixteenth document are added to each column. What fills the last panel is counted as
        documents. (pairs, 16), int32
    """
    queries, width = codes.shape
    tiles = _interleaved(codes)
    widened, scores = np.empty(panels.shape[1], dtype=np.int16), np.empty((QUERIES, DOCUMENTS), dtype=np.int32)
    for panel in range(panels.shape[0]):
        for number in range(widened.size):
            widened[number] = panels[panel, number]
        first = panel * DOCUMENTS
        for tile in range(0, queries, QUERIES):
            _multiply_tile(tiles, tile * width, widened, width // 2, scores)  # type: ignore[call-arg]
            for query in range(min(QUERIES, queries - tile)):
                for pair in range(starts[tile + query], starts[tile + query + 1]):
                    place = np.int32(answers[pair] - first)
                    _count_before(scores, query, place, own[pair], counts, pair)


@compiled
def _interleaved(codes: Any) -> Any:
    """Return six queries after six, int16: of each pair of dimensions all six, one after another; zeros at the end."""
    queries, width = codes.shape
    tiles = np.zeros(-(-queries // QUERIES) * QUERIES * width, dtype=np.int16)
    for query in range(queries):
        start = query // QUERIES * QUERIES * width + query % QUERIES * 2
        for pair in range(width // 2):
            tiles[start + pair * QUERIES * 2] = codes[query, pair * 2]
            tiles[start + pair * QUERIES * 2 + 1] = codes[query, pair * 2 + 1]
    return tiles
