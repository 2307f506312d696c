"""Saved models: the vectors of every exit as sentence-transformers, exits: and mose: read them."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from distillation.models import settings_of, trained
from synthcode.evaluation.encoder import Role
from synthcode.evaluation.encoders.registry import EncoderOptions, open_encoder
from synthcode.evaluation.training.contracts import TrainingText
from synthcode.evaluation.training.models.opening import open_model
from synthcode.evaluation.training.pairs.opening import open_pairs
from synthcode.evaluation.training.settings import NewModel
from synthcode.markdown import markdown_table

MOST = 1e-6
TEXTS = 200
ROLE = Role("document", "code", "python")
SMALL = NewModel(layers=4, hidden=64, heads=4, key_value_heads=2, intermediate=128, vocabulary=1000)


def main(chosen: argparse.Namespace) -> int:
    chosen.steps = min(chosen.steps, 5)
    settings = settings_of(chosen, chosen.random_seeds[0], exits=chosen.exits)
    data = open_pairs(chosen.dataset, settings)
    texts = list(data.texts())[: 20 if chosen.quick else TEXTS]
    rows = []
    for name, heads in (("no heads", "none"), ("linear heads", "linear")):
        with_heads = replace(settings, heads=heads)
        rows += _huggingface(name, trained(chosen.dataset, with_heads, chosen.out / heads), texts, chosen)
    new = trained(chosen.dataset, replace(settings, base=None, exits=(), new=SMALL), chosen.out / "mose")
    rows += _mose(new, texts, chosen.out)
    print(f"Largest difference of a vector's component, over {len(texts)} texts; {MOST:.0e} is the bound.\n")
    print(markdown_table(["model", "exit", "SentenceTransformer(FOLDER)", "exits: or mose:"], rows))
    return int(any(float(cell) > MOST for row in rows for cell in row[2:] if cell))


def _huggingface(name: str, folder: Path, texts: list[str], chosen: argparse.Namespace) -> list[list[str]]:
    model = open_model(folder)
    expected = _vectors(model, texts, model.max_tokens)
    options = EncoderOptions(dtype="float32", device="cpu")
    read = open_encoder(f"exits:{folder}", options).encode(texts, ROLE).vectors
    rows = []
    for exit_ in model.exits:
        cut = chosen.out / f"{folder.name}-exit-{exit_}"
        model.save_exit(cut, exit_)
        plain = SentenceTransformer(str(cut), device="cpu").encode(texts)
        rows.append([name, str(exit_), _difference(plain, expected[exit_]), _difference(read[exit_], expected[exit_])])
    return rows


def _mose(folder: Path, texts: list[str], out: Path) -> list[list[str]]:
    model = open_model(folder)
    model.save_model(out / "mose-again")
    again = open_model(out / "mose-again").state_dict()
    same = all(torch.equal(again[name], tensor) for name, tensor in model.state_dict().items())
    print(f"A MoSE checkpoint that was read and written has the same bits in every tensor: {same}.\n")
    expected = _vectors(model, texts, model.max_tokens)
    options = EncoderOptions(dtype="float32", device="cpu")
    read = open_encoder(f"mose:{folder}", options).encode(texts, ROLE).vectors
    rows = []
    for exit_ in model.exits:
        model.save_exit(out / f"mose-exit-{exit_}", exit_)
        cut = open_encoder(f"mose:{out / f'mose-exit-{exit_}'}", options).encode(texts, ROLE).vectors[exit_]
        worst = max(float(_difference(found, expected[exit_])) for found in (read[exit_], cut))
        rows.append(["MoSE", str(exit_), "", f"{worst:.1e}"])
    return rows if same else [[*row[:3], "inf"] for row in rows]


def _vectors(model, texts: list[str], max_tokens: int) -> dict[int, np.ndarray]:
    """Encode one text at a time, as no other reader does."""
    found: dict[int, list[np.ndarray]] = {exit_: [] for exit_ in model.exits}
    with torch.inference_mode():
        for text in texts:
            for exit_, vector in model.vectors(model.tokenize([TrainingText(text, ROLE)], max_tokens)).items():
                found[exit_].append(vector[0].numpy())
    return {exit_: np.stack(vectors) for exit_, vectors in found.items()}


def _difference(found: np.ndarray, expected: np.ndarray) -> str:
    return f"{np.abs(found - expected).max():.1e}"
