"""Croissant 1.0 metadata (https://docs.mlcommons.org/croissant/docs/croissant-spec-1.0.html) as plain JSON-LD."""

from __future__ import annotations

import json
from typing import Any

from synthcode.publishing.card.citations import cite_dataset
from synthcode.publishing.card.columns import COLUMNS, CONFIGS
from synthcode.publishing.card.facts import CardFacts
from synthcode.publishing.card.licenses import find_license
from synthcode.publishing.inventory import ConfigContents, Shard
from synthcode.sanitize import one_line

PARQUET = "application/x-parquet"
SPLITS = "splits"

_TOOL = {"@type": "sc:Organization", "name": "synthcode"}
_DATA_TYPES = {"string": "sc:Text", "float64": "sc:Float"}
"""All others are whole numbers."""
_SHORT = (
    *("citeAs", "column", "extract", "field", "fileProperty", "fileObject", "fileSet", "format", "includes"),
    *("isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex"),
    *("repeated", "replace", "samplingRate", "separator", "source", "subField", "transform"),
)
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{name: f"cr:{name}" for name in _SHORT},
}


def croissant(facts: CardFacts) -> str:
    """Return the metadata: every shard with its digest, and a record set for each configuration.

    It has no date and no address: neither is known when the dataset is built. Paths are relative to it.
    """
    tree = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": one_line(facts.title, None),
        "description": one_line(facts.about, None) or "Programs, their translations, and texts that say what they do.",
        "version": facts.version,
        "license": [_license(name) for name in facts.licenses],
        "creator": [{"@type": "sc:Person", "name": one_line(name, None)} for name in facts.creators] or _TOOL,
        "keywords": ["code retrieval", "cross-language", "synthetic", *facts.languages],
        "inLanguage": "en",
        "citeAs": cite_dataset(facts.title, facts.creators, facts.version, facts.tool_version),
        "distribution": [
            *(_file_object(shard) for config in facts.configs for split in config.splits for shard in split.shards),
            *(_file_set(config) for config in facts.configs),
        ],
        "recordSet": [_splits(facts), *(_record_set(config) for config in facts.configs)],
    }
    # Pages embed it in a <script>: nothing in it may end one.
    return json.dumps(tree, indent=2, ensure_ascii=True).replace("<", "\\u003c") + "\n"


def _license(name: str) -> str:
    found = find_license(name)
    if found:
        return found.url or found.spdx
    return one_line(name, None) or "none named"


def _file_object(shard: Shard) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": shard.path,
        "name": shard.path,
        "contentUrl": shard.path,
        "contentSize": f"{shard.size} B",
        "encodingFormat": PARQUET,
        "sha256": shard.sha256,
    }


def _file_set(config: ConfigContents) -> dict[str, Any]:
    name = f"{config.name}-files"
    return {
        "@type": "cr:FileSet",
        "@id": name,
        "name": name,
        "description": f"The shards of {config.name}, all splits.",
        "encodingFormat": PARQUET,
        "includes": f"data/{config.name}/*.parquet",
    }


def _splits(facts: CardFacts) -> dict[str, Any]:
    """Return the record set that lists the splits, as Croissant knows them."""
    key = f"{SPLITS}/name"
    return {
        "@type": "cr:RecordSet",
        "@id": SPLITS,
        "name": SPLITS,
        "dataType": "cr:Split",
        "key": {"@id": key},
        "field": [{"@type": "cr:Field", "@id": key, "name": "name", "dataType": "sc:Text"}],
        "data": [{key: split.name} for split in facts.configs[0].splits],
    }


def _record_set(config: ConfigContents) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": config.name,
        "name": config.name,
        "description": f"One record is {CONFIGS[config.name]}.",
        "field": [
            _split_field(config),
            *(
                {
                    "@type": "cr:Field",
                    "@id": f"{config.name}/{column}",
                    "name": column,
                    "description": COLUMNS[config.name][column],
                    "dataType": _DATA_TYPES.get(dtype, "sc:Integer"),
                    "source": {"fileSet": {"@id": f"{config.name}-files"}, "extract": {"column": column}},
                }
                for column, dtype in config.columns.items()
            ),
        ],
    }


def _split_field(config: ConfigContents) -> dict[str, Any]:
    """Return the field that takes a record's split from its shard's name.

    The expression also takes a split's own name: mlcroissant applies it once more to what it found.
    """
    names = "|".join(split.name for split in config.splits)
    return {
        "@type": "cr:Field",
        "@id": f"{config.name}/split",
        "name": "split",
        "description": "The split that the record is in.",
        "dataType": "sc:Text",
        "references": {"field": {"@id": f"{SPLITS}/name"}},
        "source": {
            "fileSet": {"@id": f"{config.name}-files"},
            "extract": {"fileProperty": "fullpath"},
            "transform": {"regex": f"^(?:.*data/{config.name}/)?({names})(?:-[^/]*)?$"},
        },
    }
