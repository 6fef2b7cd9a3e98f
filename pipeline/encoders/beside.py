"""Several encoders side by side: what one blurs, another may keep."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.encoders.encoder import Encoded, Encoder, TokenVectors, Watch
from pipeline.progress import Progress, silent
from pipeline.records import digest

__all__ = ["BesideEncoder"]


class BesideEncoder:
    """Encoders whose vectors stand beside one another.

    Parameters
    ----------
    encoders
        One or more. Each keeps its own cache, so that a model with one of them finds its vectors there.
    """

    def __init__(self, encoders: Sequence[Encoder]) -> None:
        self.encoders = tuple(encoders)

    @property
    def identity(self) -> str:
        """Hash over the encoders' identities, in their order."""
        return digest("beside", *(encoder.identity for encoder in self.encoders))

    def encode(self, texts: Sequence[str], *, watch: Watch | None = None, progress: Progress = silent) -> Encoded:
        """Give one vector per text, as wide as all together.

        ``windows`` counts those of the encoder that needed most. ``watch`` is told of the texts that every encoder
        read, once the last has: of a text that one of them found in its cache, a part would be missing.
        """
        told: list[dict[int, TokenVectors]] = [{} for _ in self.encoders]
        found = [
            encoder.encode(texts, watch=None if watch is None else own.__setitem__, progress=progress)
            for encoder, own in zip(self.encoders, told, strict=True)
        ]
        if watch is not None:
            for row in sorted(set.intersection(*(set(own) for own in told))):
                watch(row, _side_by_side([own[row] for own in told]))
        return Encoded(
            np.hstack([one.vectors for one in found]),
            np.max([one.windows for one in found], axis=0),
        )

    def explain(self, text: str) -> TokenVectors | None:
        """Give the tokens of all encoders; None when one of them knows none."""
        found = [tokens for encoder in self.encoders if (tokens := encoder.explain(text)) is not None]
        return _side_by_side(found) if len(found) == len(self.encoders) else None


def _side_by_side(tokens: Sequence[TokenVectors]) -> TokenVectors:
    """Put the tokens of one encoder after those of the other, each zero in the other's columns."""
    parts: list[NDArray[np.float32]] = []
    before, width = 0, sum(one.parts.shape[1] for one in tokens)
    for one in tokens:
        own = one.parts.shape[1]
        parts.append(np.pad(one.parts, ((0, 0), (before, width - before - own))))
        before += own
    return TokenVectors(np.concatenate([one.spans for one in tokens]), np.concatenate(parts))
