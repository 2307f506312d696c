"""The trainer of classifiers."""

from __future__ import annotations

from pathlib import Path

from transformers import TrainerCallback, TrainingArguments

from synthcode.evaluation.training.arguments import training_arguments
from synthcode.evaluation.training.classifiers.examples import ExampleSequence
from synthcode.evaluation.training.classifiers.inputs import InputTokens
from synthcode.evaluation.training.classifiers.loss import ClassifierLoss, ExampleCollator
from synthcode.evaluation.training.losses.weights import exit_weights
from synthcode.evaluation.training.models.multi_exit import MultiExitEncoder
from synthcode.evaluation.training.ordered_trainer import OrderedTrainer
from synthcode.evaluation.training.settings import TrainingSettings


class ClassifierTrainer(OrderedTrainer):
    """The trainer of transformers over programs, or pairs of them, with labels: every batch trains every exit.

    Parameters
    ----------
    model
        With a classifier. Its weights are changed.
    examples
        All inputs of the run, a batch after another.
    settings
        Weights of exits, batch size, steps, learning rate, random seed.
    folder
        Checkpoints are written into it.
    callbacks
        As transformers calls them.
    """

    def __init__(
        self,
        model: MultiExitEncoder,
        examples: ExampleSequence,
        settings: TrainingSettings,
        folder: Path,
        callbacks: list[TrainerCallback],
    ) -> None:
        self.items = examples
        self.classifier_loss = ClassifierLoss(model, exit_weights(model.exits, settings.loss.exit_weights))
        self.trained_module = self.classifier_loss
        super().__init__(
            model=self.classifier_loss,
            args=training_arguments(
                TrainingArguments,
                settings,
                settings.optimiser,
                folder,
                warmup_share=settings.optimiser.warmup_share,
                has_unused_weights=True,  # projections of embeddings
            ),
            train_dataset=examples,
            data_collator=ExampleCollator(InputTokens(model, settings.optimiser.max_tokens)),
            callbacks=callbacks,
        )
