"""The projection head of one exit."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from synthcode.evaluation.mose.configuration import MoseConfig
from synthcode.evaluation.mose.pooling import POOLINGS, TOKEN_POOLINGS

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "leaky_relu": nn.LeakyReLU,
    "gelu": nn.GELU,
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "identity": nn.Identity,
}


class ExitHead(nn.Module):
    """Project, pool and normalise the states of one exit.

    The published code projects every token and pools afterwards. If pooling picks one token, projecting only that
    token gives the same result, which saves ``4 * hidden_size ** 2`` FLOPs a token and exit.
    """

    def __init__(self, config: MoseConfig) -> None:
        super().__init__()
        width = config.hidden_size
        linears = [nn.Linear(width, width) for _ in range(config.head_linears)]
        self.linears = nn.ModuleList(linears)
        self.activation = ACTIVATIONS[config.head_activation]()
        self.pool = POOLINGS[config.pooling]
        self.pools_first = config.pooling in TOKEN_POOLINGS
        self.always_unit = config.unit_norm == "always"
        for linear in linears:
            nn.init.normal_(linear.weight, std=config.initializer_range)
            nn.init.zeros_(linear.bias)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Return one vector a text.

        Parameters
        ----------
        states
            Hidden states at this exit, (texts, tokens, width).
        mask
            1 for a real token, 0 for padding, (texts, tokens).
        """
        if self.pools_first:
            return self._normalise(self.project(self.pool(states, mask)))
        return self._normalise(self.pool(self.project(states), mask))

    def project(self, states: Tensor) -> Tensor:
        """Apply the linears, with the activation between them."""
        for number, linear in enumerate(self.linears):
            states = linear(self.activation(states) if number else states)
        return states

    def _normalise(self, vectors: Tensor) -> Tensor:
        """Divide by the L2 norm, in single precision at least: a bf16 sum of 1,024 squares is off by percents."""
        precise = vectors if vectors.dtype == torch.float64 else vectors.float()
        norms = precise.norm(dim=-1, keepdim=True)
        smallest = 1e-12 if self.always_unit else 1.0
        scaled: Tensor = precise / norms.clamp_min(smallest)
        return scaled.to(vectors.dtype)
