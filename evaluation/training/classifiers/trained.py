"""``classifier:MODEL``: the heads of a model that was fine-tuned, at every exit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from synthcode.errors import InputError
from synthcode.evaluation.encoder import Answers, Encoded, Role, Trait
from synthcode.evaluation.encoders.checkpoints.checkpoint_files import safe_folder
from synthcode.evaluation.encoders.exits.trained_exits import TrainedExits, read_trained_exits
from synthcode.evaluation.encoders.intermediate_exits import parse_exits
from synthcode.identity import digest

if TYPE_CHECKING:
    from synthcode.evaluation.cost import ExitCost
    from synthcode.evaluation.training.models.multi_exit import MultiExitEncoder


class TrainedClassifier:
    """A fine-tuned model; its weights are read when the first input comes.

    Parameters
    ----------
    spec
        ``MODEL`` or ``MODEL@3,6``: a folder or a repository on the Hub, and the exits whose heads answer.
    exits
        The same exits, if ``spec`` names none. Default: all.
    dtype, device
        As :func:`synthcode.evaluation.device.resolve` takes them.
    max_tokens
        Longest input; by default, that of its training.

    Raises
    ------
    InputError
        If the model is not there, has no heads of classification, or none at one of the exits.
    """

    sees: frozenset[Trait] = frozenset()

    def __init__(
        self,
        spec: str,
        *,
        exits: Sequence[int] | None = None,
        dtype: str = "auto",
        device: str = "auto",
        max_tokens: int | None = None,
    ) -> None:
        self.name = f"classifier:{spec}"
        source, chosen = parse_exits(spec)
        self.folder = safe_folder(source)
        trained = read_trained_exits(str(self.folder))
        if trained is None or trained.classifier is None:
            raise InputError(
                f"{source} has no heads of classification",
                "train some with 'synthcode train --task clones', or score its vectors: exits:NAME, mose:NAME",
            )
        self.exits = _chosen_exits(source, trained, chosen or tuple(exits or ()))
        self.form = trained.classifier
        self.max_tokens = max_tokens or self.form.max_tokens
        self._device, self._dtype = device, dtype

    @property
    def task(self) -> str:
        """``clones`` or ``classification``."""
        return self.form.task

    @property
    def labels(self) -> tuple[str, ...]:
        """What each output of a head stands for."""
        return self.form.labels

    @cached_property
    def identity(self) -> str:
        """A digest of all that answers depend on: weights, tokens, inputs, and number format."""
        from synthcode.evaluation.device import resolve
        from synthcode.evaluation.encoders.exits.residual_stream import weights_digest

        dtype = str(resolve(self._device, self._dtype).dtype)
        tokens = self._model.vocabulary.tokenizer.to_str()
        weights = weights_digest(self._model)
        return digest("classifier", weights, digest(tokens), asdict(self.form), self.max_tokens, dtype)

    def encode(self, texts: Sequence[str], role: Role) -> Encoded:
        """Refuse: heads give no vectors.

        Raises
        ------
        InputError
            Always.
        """
        raise InputError(
            f"{self.name} says what programs are, and gives no vectors",
            f"score it by the task that it was trained for: --task {self.task}",
        )

    def classify(self, texts: Sequence[str], inputs: npt.NDArray[np.int64], advance: Callable[[int], None]) -> Answers:
        """Return what each exit's head says of each input, in one pass an input."""
        from synthcode.evaluation.training.classifiers.inputs import InputTokens
        from synthcode.evaluation.training.classifiers.logits import classify

        tokens = InputTokens(self._model, self.max_tokens)
        return classify(self._model, tokens, texts, inputs, advance, self.exits)

    def costs(self, tokens: int = 512) -> list[ExitCost]:
        """Return what each exit costs by itself, head included, for inputs of ``tokens`` tokens; measured here."""
        from synthcode.evaluation.cost import ExitCost, measure_speed
        from synthcode.evaluation.training.models.classifier import inputs_of

        most = min(tokens, self.max_tokens)
        width = self._model.width
        heads = len(self.labels) * (width + 1) + width * (inputs_of(self.form, width) + 1)
        sizes = [size for size in self._model.exit_sizes(most) if size.exit in self.exits]
        return [
            ExitCost(
                exit=size.exit,
                tokens=size.tokens,
                parameters=size.parameters + heads,
                flops_per_token=size.flops_per_token + 2 * heads / most,
                speed=measure_speed(partial(self._pass, size.exit, most)),
            )
            for size in sizes
        ]

    def _pass(self, exit_: int, tokens: int, inputs: int) -> object:
        import torch

        ids = torch.ones((inputs, tokens), dtype=torch.long, device=next(self._model.parameters()).device)
        with torch.inference_mode():
            places = torch.arange(tokens, device=ids.device).expand_as(ids)
            programs = 1 + (places >= tokens // 2).long()
            features = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "programs": programs}
            return self._model.logits(features, (exit_,))[exit_].cpu()  # the device is done when they are here

    @cached_property
    def _model(self) -> MultiExitEncoder:
        from synthcode.evaluation.device import resolve
        from synthcode.evaluation.training.models.opening import open_model

        place = resolve(self._device, self._dtype)
        model = open_model(self.folder).to(place.device, place.dtype).eval()
        assert model.classifier is not None
        model.classifier.float()  # a head is given single precision
        return model


def _chosen_exits(source: str, trained: TrainedExits, chosen: tuple[int, ...]) -> tuple[int, ...]:
    if missing := sorted(set(chosen) - set(trained.exits)):
        known = ", ".join(map(str, trained.exits))
        raise InputError(f"{source} has no head at exit {missing[0]}", f"choose among {known}")
    return tuple(sorted(chosen)) or trained.exits
