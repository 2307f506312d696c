"""SynthCoNL: its eight columns and nothing else, for what was written to read the published dataset."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from synthcode.publishing.export.cards import front_matter, readme
from synthcode.publishing.export.layout import Exported, PairsLayout
from synthcode.schemas.tables import TRIPLETS

SYNTHCONL_COLUMNS = pa.schema(list(TRIPLETS)[: TRIPLETS.get_field_index("func_code_url") + 1])
"""``repository_name`` to ``func_code_url``, in the published order."""


def _cards(exported: Exported) -> Mapping[str, str]:
    """Return the card: one configuration, with all splits."""
    files = [{"split": split, "path": f"data/{split}-*.parquet"} for split in exported.splits]
    matter = {**front_matter(exported), "configs": [{"config_name": "default", "data_files": files}]}
    return {"README.md": readme(exported, matter)}


SYNTHCONL = PairsLayout(name="synthconl", schema=SYNTHCONL_COLUMNS, cards=_cards)
