"""A transformer encoder as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Layer", "Linear", "Network", "Norm"]

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """``x @ weight.T + bias``: float32 (out, in) and (out,)."""

    weight: Array
    bias: Array


@dataclass(frozen=True, slots=True, eq=False)
class Norm:
    """Layer normalisation: float32 (width,) each."""

    scale: Array
    shift: Array


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A layer: attention (queries, keys and values in one) and the feed-forward part, each with its norm after it."""

    together: Linear
    out: Linear
    first: Norm
    up: Linear
    down: Linear
    second: Norm

    def linears(self) -> dict[str, Linear]:
        """Give the linear parts by name."""
        return {"together": self.together, "out": self.out, "up": self.up, "down": self.down}


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A sentence encoder.

    Parameters
    ----------
    words
        float32 (vocabulary, width).
    positions
        float32 (longest, width), what stands at the first token first; token types are in it.
    start
        Norm of the sum of both.
    layers
        From the text upwards.
    heads
        Of the attention.
    epsilon
        Of the norms.
    distances
        float32 (heads, longest, longest) that the attention adds by distance; None for most.
    pooling
        ``mean`` or ``cls``.
    unit
        Whether vectors are brought to length 1.
    limit
        Most tokens of a window, special ones included.
    """

    words: Array
    positions: Array
    start: Norm
    layers: tuple[Layer, ...]
    heads: int
    epsilon: float
    distances: Array | None
    pooling: str
    unit: bool
    limit: int

    @property
    def operations(self) -> int:
        """Multiplications and additions of the linear layers for one token."""
        return sum(2 * part.weight.size for part in self.linears().values())

    def linears(self) -> dict[str, Linear]:
        """Give the linear parts by ``NUMBER.PART``, from the text upwards."""
        return {
            f"{number}.{name}": part
            for number, layer in enumerate(self.layers)
            for name, part in layer.linears().items()
        }

    def narrow(self) -> list[str]:
        """Name the linear parts that 8 bits are good enough for: all but ``down`` of the lower half of the layers.

        What a feed-forward part hands down has few large values among many small ones, and what the lower layers get
        wrong all others build on: these parts are a sixth of the work and nearly half of the error.
        """
        half = len(self.layers) / 2
        return [
            f"{number}.{name}"
            for number, layer in enumerate(self.layers)
            for name in layer.linears()
            if name != "down" or number >= half
        ]
