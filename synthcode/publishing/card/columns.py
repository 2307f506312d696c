"""What every configuration and column of the dataset holds, in words: for the card and for Croissant."""

from __future__ import annotations

from synthcode.vocabulary import LEVEL_MEANINGS, PAIR_DIFFICULTIES

_LEVELS = "; ".join(f"{level} ({meaning})" for level, meaning in LEVEL_MEANINGS.items())
_DIFFICULTIES = "; ".join(f"{kind} ({meaning})" for kind, meaning in PAIR_DIFFICULTIES.items())

CONFIGS = {
    "triplets": "a source program, its translation, and the text that says what both do",
    "programs": "a program: as it is, without comments and docstrings, and with its entry point renamed",
    "texts": "a text: the queries of text-to-code retrieval",
    "qrels": "a relevance judgement: this document answers that query",
    "negatives": "a translation that runs and fails its tests: a hard negative, in no corpus",
    "mined_negatives": "a text and a program that shares words with it and is of another split group, found by BM25",
    "queries": "a text that a model has written anew: as keywords, as a question, in other words",
    "clones": "a pair of programs that solve one problem, or that do not",
}

COLUMNS = {
    "triplets": {
        "repository_name": "Repository of the source, if it comes from one.",
        "func_path_in_repository": "Path of the source in its repository.",
        "language2": "Language of the translation.",
        "func2": "The translation.",
        "language1_CSN": "Language of the source.",
        "func1_CSN": "The source, without its docstring and the comments that describe it.",
        "func_documentation_string": "What the program does, in words.",
        "func_code_url": "Where the source was published.",
        "seed_id": "Source and text together: the key of texts, and a hash of their content.",
        "source": "The benchmark or dataset that the source comes from.",
        "license": "Licence of the source; null if none is named.",
        "model": "The model that wrote the translation.",
        "prompt_digest": "Hash of the prompt's templates.",
        "request_id": "Hash of model, messages and sampling settings.",
        "cluster_id": "Seeds connected by similar programs share it: they are in one split.",
        "verification": f"Highest level reached: {_LEVELS}.",
        "source_id": "The seed's own id in its source.",
    },
    "programs": {
        "program_id": "The key.",
        "seed_id": "The seed itself, or the seed that the program translates.",
        "language": "Programming language.",
        "origin": "seed or translation.",
        "code": "The program.",
        "code_stripped": "Without comments and docstrings.",
        "code_anonymous": "Stripped, and the entry point renamed f.",
        "document_id": "The program_id under which equal programs of a language are one document.",
        "contaminated_by": "A row of a published benchmark that the program resembles; null for most.",
        "source_id": "The id, in its source, of the seed that it is or that it translates.",
        "verification": "Highest level that a translation reached, as in triplets; null for a seed's own program.",
    },
    "texts": {
        "seed_id": "The key.",
        "text": "What the program does, in words.",
        "source": "The benchmark or dataset that the seed comes from.",
        "source_id": "The seed's own id in its source.",
        "entry_point": "Name of the function that callers use; null if it is not known.",
        "tests": "JSON object from languages to test programs, which fail with a wrong solution: one follows it, or "
        "has a line {{solution}} in its place; null if none.",
        "extra": "JSON object of the further columns that were kept; null if none.",
    },
    "qrels": {
        "task": "text2code or code2code.",
        "query_language": "Language of the query; text for a query in words.",
        "corpus_language": "Language of the documents that are searched.",
        "query_id": "A seed_id of texts, or a document_id of programs.",
        "corpus_id": "A document_id of programs.",
        "score": "1: relevant.",
        "source_id": "The id, in its source, of a seed that makes the document relevant.",
    },
    "negatives": {
        "program_id": "The key. No program of programs has it.",
        "seed_id": "The seed that it should translate.",
        "language": "Programming language.",
        "code": "The program.",
        "code_stripped": "Without comments and docstrings.",
        "code_anonymous": "Stripped, and the entry point renamed f.",
        "reason": "test_failed, test_timeout or test_crash.",
        "detail": "The first failure.",
        "source_id": "The seed's own id in its source.",
        "split": "The split of its seed, which it is in.",
    },
    "mined_negatives": {
        "seed_id": "The seed whose text it is: a seed_id of texts.",
        "program_id": "A program_id of programs that is a document. It does not answer the text.",
        "language": "Programming language of the program.",
        "rank": "Place among the programs of this language and of other split groups, from 1.",
        "miner": "What ranked them: bm25, over pieces of identifiers.",
    },
    "queries": {
        "query_id": "The key.",
        "seed_id": "The seed whose text it is written from: what answers that text answers the query.",
        "style": "keyword, question or paraphrase.",
        "query": "The query.",
        "model": "The model that wrote it.",
        "prompt_digest": "Hash of the prompt's templates.",
        "request_id": "Hash of model, messages and sampling settings.",
        "source_id": "The seed's own id in its source.",
    },
    "clones": {
        "program_a": "A program_id of programs, or of negatives; the smaller one of the two.",
        "program_b": "A program_id of programs, or of negatives.",
        "language_a": "Programming language of program_a.",
        "language_b": "Programming language of program_b.",
        "label": "1: both solve one problem; 0: they do not.",
        "difficulty": f"The kind of pair: {_DIFFICULTIES}.",
        "cluster_id_a": "The cluster_id of program_a's seed: pairs of one cluster are not independent samples.",
        "cluster_id_b": "The cluster_id of program_b's seed.",
        "source_id": "The id, in its source, of program_a's seed.",
        "source_id_b": "The id, in its source, of program_b's seed.",
    },
}
