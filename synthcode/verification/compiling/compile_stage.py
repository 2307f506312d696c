"""The second gate: translations that parsed, to the compilers of their languages."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.schemas.records import StageResult
from synthcode.schemas.tables import REJECTED, TRANSLATIONS
from synthcode.verification.compiling.compile import judge_safely
from synthcode.verification.compiling.controls import examine
from synthcode.vocabulary import GateReason, Level, at_least

REASON: GateReason = "compile_error"


def compile_translations(split: StageResult) -> StageResult:
    """Reject translations that their language's compiler refuses, if this machine has it.

    Parameters
    ----------
    split
        What the syntax gate kept and rejected.

    Returns
    -------
    StageResult
        The same rows. Those that were refused have the reason ``compile_error`` and the compiler's first message;
        ``verification`` of the others is the level that they have reached.

    Raises
    ------
    SandboxUnavailable, SandboxFailed
        If the sandbox or a compiler broke: no row is rejected for that.
    """
    if not split.kept.num_rows:
        return split
    kept, rejected = [], [split.rejected]
    for language in pc.unique(split.kept["target_language"]).to_pylist():
        rows = split.kept.filter(pc.equal(split.kept["target_language"], language))
        toolchain = examine(language).toolchain
        if toolchain is None:
            kept.append(rows)
            continue
        judgements = judge_safely(rows["code"].to_pylist(), toolchain)
        taken = pa.array([one.level is not None for one in judgements])
        kept.append(_raised(rows.filter(taken), [one.level for one in judgements if one.level is not None]))
        rejected.append(
            _rejected(rows.filter(pc.invert(taken)), [one.problem for one in judgements if one.problem is not None])
        )
    left = pa.concat_tables(kept)
    # In the order in which they came, whichever languages are compiled.
    places = pc.index_in(split.kept["request_id"], value_set=left["request_id"].combine_chunks())
    return StageResult(left.take(places.drop_null()), pa.concat_tables(rejected))


def _raised(rows: pa.Table, reached: list[Level]) -> pa.Table:
    """Store the levels that rows have reached, unless they had a stronger one."""
    field = TRANSLATIONS.field("verification")
    place = TRANSLATIONS.get_field_index(field.name)
    before = rows[field.name].to_pylist()
    levels = [level if at_least(level, old) else old for level, old in zip(reached, before, strict=True)]
    return rows.set_column(place, field, pa.array(levels, pa.string()))


def _rejected(rows: pa.Table, messages: list[str]) -> pa.Table:
    columns = {name: rows[name] for name in REJECTED.names if name in rows.column_names}
    reasons = {"reason": pa.array([REASON] * len(messages), pa.string()), "detail": pa.array(messages, pa.string())}
    return pa.table({**columns, **reasons}).select(REJECTED.names).cast(REJECTED)
