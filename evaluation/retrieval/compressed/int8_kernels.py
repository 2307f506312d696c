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
_GREATEST = np.iinfo(np.int32).max

_array: Any = cgutils.create_struct_proxy  # neither has types
_nothing: Any = types.void
_I32, _I64 = ir.IntType(32), ir.IntType(64)
_SUMS, _BYTES = ir.VectorType(_I32, LANES), ir.VectorType(ir.IntType(16), 2 * LANES)
_PRODUCTS = ir.VectorType(_I32, 2 * LANES)


@intrinsic
def _count_tile(
    _context: Any, queries: Any, query: Any, documents: Any, pairs: Any, limits: Any, counts: Any, slots: Any, end: Any
) -> Any:
    """Multiply 6 queries by 16 documents, and count the scores of each query that are above its limits.

    ``queries`` from place ``query`` on and ``documents`` are int16: of each pair of dimensions all texts, one after
    another. Rows ``slots`` to ``end`` of ``limits``, 16 columns, and of ``counts``, 8 columns, are of the six in turn.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = [_data(context, builder, signature, arguments, place) for place in (0, 2, 4, 5)]
        first = builder.bitcast(builder.gep(data[0], [arguments[1]]), _I32.as_pointer())
        sums = _sum_loop(builder, first, builder.bitcast(data[1], _BYTES.as_pointer()), arguments[3])
        limits, counted = (builder.bitcast(one, _SUMS.as_pointer()) for one in data[2:])
        _count_loop(builder, sums, limits, counted, arguments[6], arguments[7])
        return context.get_dummy_value()

    return _nothing(queries, query, documents, pairs, limits, counts, slots, end), generate


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


def _count_loop(builder: Any, sums: list[Any], limits: Any, counts: Any, slots: Any, end: Any) -> None:
    """Build the loop over slots, six at a time: the sums stay in registers."""
    before, loop, after = builder.block, builder.append_basic_block("slots"), builder.append_basic_block("counted")
    builder.cbranch(builder.icmp_unsigned("<", slots, end), loop, after)
    builder.position_at_end(loop)
    slot = builder.phi(_I64)
    for number in range(QUERIES):
        row = builder.add(slot, _I64(number))
        least = [_load(builder, limits, row, VECTORS, vector) for vector in range(VECTORS)]
        scores = zip(sums[number * VECTORS : (number + 1) * VECTORS], least, strict=True)
        above = [builder.sext(builder.icmp_signed(">", *pair), _SUMS) for pair in scores]  # -1 where it is true
        target = builder.gep(counts, [row])
        old = builder.load(target)
        old.align = 4
        builder.store(builder.sub(old, builder.add(*above)), target).align = 4
    following = builder.add(slot, _I64(QUERIES))
    slot.add_incoming(slots, before)
    slot.add_incoming(following, loop)
    builder.cbranch(builder.icmp_unsigned("<", following, end), loop, after)
    builder.position_at_end(after)


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
        Filled. What fills the last panel is counted as documents. (pairs,), int32
    """
    width = codes.shape[1]
    tiles, slots, places = _interleaved(codes), _slots_of_tiles(starts), _slots_of_pairs(starts)
    # An equal score is above the limit up to the relevant document, and a greater one after it.
    limits = np.full((slots[-1], DOCUMENTS), _GREATEST, dtype=np.int32)
    for pair in range(places.size):
        limits[places[pair]] = own[pair] - np.int32(1)
    by_place, reached, passed = np.argsort(answers), 0, 0
    counted = np.zeros((slots[-1], LANES), dtype=np.int32)
    widened = np.empty(panels.shape[1], dtype=np.int16)
    for panel in range(panels.shape[0]):
        for number in range(widened.size):
            widened[number] = panels[panel, number]
        while passed < reached:
            limits[places[by_place[passed]]] = own[by_place[passed]]
            passed += 1
        while reached < by_place.size and answers[by_place[reached]] // DOCUMENTS == panel:
            pair = by_place[reached]
            limits[places[pair], answers[pair] % DOCUMENTS :] = own[pair]
            reached += 1
        for tile in range(slots.size - 1):
            _count_tile(  # type: ignore[call-arg]
                tiles, tile * QUERIES * width, widened, width // 2, limits, counted, slots[tile], slots[tile + 1]
            )
    for pair in range(places.size):
        counts[pair] = np.sum(counted[places[pair]])


@compiled
def _slots_of_tiles(starts: Any) -> Any:
    """Return where the slots of each tile begin: six, of a query each, for as many answers as any of them has."""
    queries = starts.size - 1
    slots = np.zeros(-(-queries // QUERIES) + 1, dtype=np.int64)
    for tile in range(slots.size - 1):
        most = 0
        for query in range(tile * QUERIES, min((tile + 1) * QUERIES, queries)):
            most = max(most, starts[query + 1] - starts[query])
        slots[tile + 1] = slots[tile] + most * QUERIES
    return slots


@compiled
def _slots_of_pairs(starts: Any) -> Any:
    """Return the slot of each pair."""
    slots, places = _slots_of_tiles(starts), np.empty(starts[-1], dtype=np.int64)
    for query in range(starts.size - 1):
        for number, pair in enumerate(range(starts[query], starts[query + 1])):
            places[pair] = slots[query // QUERIES] + number * QUERIES + query % QUERIES
    return places


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
