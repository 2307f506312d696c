"""An encoder as an object that an executor keeps on another machine."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import cast

from synthcode.errors import InputError
from synthcode.evaluation.encoder import Encoded, Encoder, Role
from synthcode.evaluation.encoders.registry import EncoderOptions, open_encoder
from synthcode.execution.hosted_batches import spread
from synthcode.execution.hosting import Hosted


class HostedEncoder:
    """Opens an encoder when it is first called.

    Parameters
    ----------
    spec, options
        As for :func:`synthcode.evaluation.encoders.registry.open_encoder`.
    identity
        Of the encoder on the machine of the command.
    """

    def __init__(self, spec: str, options: EncoderOptions, identity: str) -> None:
        self._spec, self._options, self._identity = spec, options, identity
        self._encoder: Encoder | None = None

    async def encode(self, texts: Sequence[str], role: Role) -> Encoded:
        """Encode texts that all have one role.

        Raises
        ------
        InputError
            If the model is not on this machine, or is another one.
        """
        if self._encoder is None:
            opened = open_encoder(self._spec, self._options)
            if opened.identity != self._identity:
                raise InputError(
                    f"{self._spec} is another model on the node {socket.gethostname()}",
                    "give every node the same files of it, and the same versions of packages",
                )
            self._encoder = cast(Encoder, opened)  # only encoders that give vectors are hosted
        return self._encoder.encode(texts, role)


def encode_on(hosts: Sequence[Hosted]) -> Callable[[Iterable[Sequence[str]], Role], Iterator[Encoded]]:
    """Return what encodes batches on machines that keep a :class:`HostedEncoder` each."""

    def encode(batches: Iterable[Sequence[str]], role: Role) -> Iterator[Encoded]:
        return spread(hosts, "encode", ((batch, role) for batch in batches))

    return encode
