"""``synthcode cut``: one exit of a trained model as a model of its own."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("model", metavar="MODEL")
@click.option("--exit", "exit_", required=True, type=click.IntRange(1), metavar="K", help="The exit to keep.")
@click.option(
    "--out",
    required=True,
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of the new model.",
)
def cut(model: str, exit_: int, out: Path) -> None:
    """Write the blocks of MODEL up to one exit as a model of its own.

    Of a model that 'synthcode train' made from a HuggingFace encoder, SentenceTransformer(FOLDER) gives the vectors
    of that exit; of a MoSE encoder, FOLDER is a MoSE checkpoint. MODEL is a folder.

    \b
    Example:
      synthcode cut models/minilm-exits --exit 3 --out models/minilm-3
    """
    from synthcode.errors import InputError
    from synthcode.evaluation.training.models.opening import open_model
    from synthcode.extras import install_line

    try:
        if out.exists() and any(out.iterdir()):
            raise InputError(f"{out} is not empty", "name a new folder with --out")
        opened = open_model(Path(model))
        opened.save_exit(out, exit_)
    except ModuleNotFoundError as problem:
        raise InputError(
            f"cutting needs the package {problem.name!r}, which is not installed", install_line("train")
        ) from problem
    click.echo(f"exit {exit_} of {model} is in {out}")
