"""The trainer of sentence-transformers, with pairs that are drawn by their place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sentence_transformers import SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from torch import nn
from transformers import TrainerCallback

from synthcode.evaluation.training.arguments import training_arguments
from synthcode.evaluation.training.batches import PairCollator
from synthcode.evaluation.training.contracts import MultiExitModel, PairSequence
from synthcode.evaluation.training.losses.opening import open_loss
from synthcode.evaluation.training.ordered_trainer import OrderedTrainer
from synthcode.evaluation.training.settings import TrainingSettings


class MultiExitTrainer(OrderedTrainer, SentenceTransformerTrainer):
    """A trainer of pairs: every batch trains every exit.

    Parameters
    ----------
    model
        Its weights are changed.
    pairs
        All pairs of the run, a batch after another.
    settings
        Loss, batch size, steps, learning rate, random seed.
    folder
        Checkpoints are written into it.
    callbacks
        As transformers calls them.
    """

    def __init__(
        self,
        model: MultiExitModel,
        pairs: PairSequence,
        settings: TrainingSettings,
        folder: Path,
        callbacks: list[TrainerCallback],
    ) -> None:
        assert isinstance(model, nn.Module)
        self.items = pairs
        self.multi_exit_loss = open_loss(model, settings)
        # The baseline shares its weights with the model and has none of its own.
        self.trained_module = model if settings.loss.objective == "adaptive_layer" else self.multi_exit_loss
        super().__init__(
            model=self.multi_exit_loss.model,
            args=training_arguments(
                SentenceTransformerTrainingArguments,
                settings,
                settings.optimiser,
                folder,
                warmup_share=settings.optimiser.warmup_share,
            ),
            train_dataset=pairs,
            loss=self.multi_exit_loss,
            data_collator=PairCollator(model, settings.optimiser.max_tokens),  # type: ignore[arg-type]  # it is only called
            callbacks=callbacks,
        )

    def preprocess_dataset(self, dataset: Any = None, dataset_name: str | None = None) -> Any:
        """Return the pairs as they are: they have no columns."""
        return dataset

    def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
        """Add nothing: the model card is this project's own."""

    def create_model_card(self, *args: Any, **kwargs: Any) -> None:
        """Write nothing: the model card is this project's own."""

    def get_decay_parameter_names(self, model: nn.Module) -> list[str]:
        """Return the parameters that decay: all but biases, norms and the temperature."""
        decaying: list[str] = super().get_decay_parameter_names(model)
        return [name for name in decaying if not name.endswith("log_scale")]
