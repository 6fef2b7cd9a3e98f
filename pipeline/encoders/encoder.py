"""The ``Encoder`` protocol: what the rest of the pipeline knows of vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.progress import Progress, silent

__all__ = ["Encoded", "Encoder", "TokenVectors", "Watch"]


@dataclass(frozen=True, slots=True)
class Encoded:
    """Vectors of n texts.

    Parameters
    ----------
    vectors
        float32 (n, width).
    windows
        int32 (n,): in how many windows each text was read; more than 1 for texts over the encoder's limit.
    """

    vectors: NDArray[np.float32]
    windows: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """A text's vector as a sum over its tokens.

    Parameters
    ----------
    spans
        int32 (k, 2): character span of each token; (0, 0) for the encoder's special tokens.
    parts
        float32 (k, width): rows add up to the text's vector.
    """

    spans: NDArray[np.int32]
    parts: NDArray[np.float32]


Watch = Callable[[int, TokenVectors], None]
"""Is told the row and the token parts of a text that was read."""


class Encoder(Protocol):
    """Anything that turns texts into vectors of one width, each text on its own."""

    @property
    def identity(self) -> str:
        """Hash of everything that can change a vector."""

    def encode(self, texts: Sequence[str], *, watch: Watch | None = None, progress: Progress = silent) -> Encoded:
        """Give one vector per text; a text's vector does not depend on the other texts.

        ``watch`` is told the token parts of texts from the pass that gave their vectors. It is not told of texts
        that were not read (a cache knew them), nor by encoders whose vectors are no sums over tokens.
        """

    def explain(self, text: str) -> TokenVectors | None:
        """Give the text's vector as a sum over tokens; None when it is none."""
