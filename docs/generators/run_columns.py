"""What the columns of a run's tables hold: ``column``, or ``TABLE.column`` if it means something else there."""

from __future__ import annotations

from synthcode.vocabulary import LEVELS

TABLES = {
    "SEEDS": "seeds/",
    "REJECTED_SEEDS": "seeds_rejected/",
    "COMPLETIONS": "completions/",
    "TRANSLATIONS": "translations/",
    "REJECTED": "rejected/",
    "CLUSTERS": "clusters.parquet",
    "HITS": "contamination.parquet",
    "SPLIT_GROUPS": "split_groups.parquet",
}
"""Schema -> where a run keeps the table."""

COLUMNS = {
    "seed_id": "Hash of the seed's source, language, text and code.",
    "source": "Name of the benchmark or dataset that the seed comes from.",
    "source_id": "The seed's own id in that source.",
    "language": "Programming language, by its name in the language table.",
    "text": "What the program does, in words.",
    "code": "The program, without its docstring and the comments that describe it.",
    "entry_point": "Name of the function that callers use, if it is known.",
    "tests": "Language -> test program.",
    "repository": "Repository of the program.",
    "path": "Path of the program in its repository.",
    "url": "Address of the program.",
    "license": "Licence of the program, as its source states it.",
    "split": "Split that the source assigns. `build` draws its own splits.",
    "extra": "JSON object of the further columns that `--keep-column` names.",
    "reason": "Why the row was rejected: one word.",
    "detail": "What exactly was found, for a person to read.",
    "request_id": "Hash of model, messages, sampling settings and sample index.",
    "target_language": "Language that the translation was requested in.",
    "sample_index": "Number of the sample: 0, 1, ... for one seed and target language.",
    "model": "Name of the model.",
    "prompt_name": "Name of the prompt's folder.",
    "prompt_digest": "Hash of the prompt's templates.",
    "COMPLETIONS.text": "The completion: what the model returned, whole.",
    "sampling": "Sampling settings, as JSON.",
    "finish_reason": "Why the model stopped, as the server reported it.",
    "prompt_tokens": "Tokens of the prompt, as the server counted them.",
    "completion_tokens": "Tokens of the completion, as the server counted them.",
    "latency_s": "Seconds from sending the request to the whole answer.",
    "attempts": "How often the request was sent.",
    "error": "Why the request failed for good.",
    "TRANSLATIONS.code": "Code taken from the completion.",
    "REJECTED.code": "Code taken from the completion, if there was any.",
    "n_chars": "Length of the code in Unicode characters.",
    "verification": "Highest level reached: " + ", ".join(f"`{level}`" for level in LEVELS) + ".",
    "cluster_id": "Id of the near-duplicate cluster.",
    "SPLIT_GROUPS.cluster_id": "Id of the split group: all its seeds are in one split.",
    "program_id": "Hash of the program: of a seed, or of a translation.",
    "origin": "`seed` or `translation`.",
    "representative_id": "A program that stays and that this one is a duplicate of; itself if it stays.",
    "status": "`kept`, `exact_duplicate`, `near_duplicate` or `seed_duplicate`.",
    "jaccard": "Exact Jaccard similarity to the representative.",
    "HITS.jaccard": "Exact Jaccard similarity to the benchmark's row.",
    "benchmark": "Name of the published benchmark.",
    "row_id": "Id of the row in that benchmark.",
}
