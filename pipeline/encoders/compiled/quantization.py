"""How a network's linear parts are computed in 8 bits: chosen once, on texts, and kept with the model.

Weights are rounded to 255 steps for each output (symmetric), inputs to 256 steps over bounds seen on real text.
A few inputs of transformers are far larger than the others and would leave these no steps; so each input is divided
by a scale of its own and the weights are multiplied by it (Xiao et al. 2023, "SmoothQuant", arXiv 2211.10438), with
the exponent chosen per part by the error of its output. Few texts suffice, and they need not be the user's.

NNCF does the same for any network, but would have to ship the rounded weights (22 MB) in every bundle, since it needs
torch and minutes; the choice alone takes 100 kB, and the weights are rounded in memory when the model loads.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from pipeline.encoders.compiled.network import Linear
from pipeline.errors import DataError, OutputError, WriteError
from pipeline.files import cache_folder, write_whole
from pipeline.records import digest

__all__ = ["Quantization", "choose", "remembered", "rounded"]

_EXPONENTS = (0.7, 0.8, 0.9, 1.0)
_LEAST = 1e-3  # of a scale: inputs and weights below that change nothing
_ROWS = 512  # tokens on which exponents are compared
_STEPS = 255

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Quantization:
    """Scales and bounds of the inputs of linear parts.

    Parameters
    ----------
    arrays
        float32, by ``NUMBER.PART.scale`` (in,) and ``NUMBER.PART.bounds`` (2,).
    """

    arrays: Mapping[str, Array]

    @functools.cached_property
    def identity(self) -> str:
        """Hash over names and numbers."""
        return digest(*(part for name in sorted(self.arrays) for part in (name, self.arrays[name].tobytes())))

    def of(self, name: str) -> tuple[Array, float, float]:
        """Give the scale and the bounds of a linear part.

        Raises
        ------
        DataError
            When there is none: it was chosen for another network.
        """
        scale, bounds = self.arrays.get(f"{name}.scale"), self.arrays.get(f"{name}.bounds")
        if scale is None or bounds is None or bounds.shape != (2,) or (scale <= 0).any():
            raise DataError(f"quantization of {name!r}", "does not fit the encoder", "train again with this encoder")
        return scale, float(bounds[0]), float(bounds[1])


def remembered(key: str, make: Callable[[], Quantization]) -> Quantization:
    """Give what was chosen under this key before, from a private file; choose it, and keep it, where there is none."""
    path = cache_folder() / "quantization" / f"{key}.safetensors"
    with suppress(OSError, SafetensorError):  # not there, or damaged: it is chosen again
        return Quantization(load_file(path))
    chosen = make()
    with suppress(WriteError, OutputError, OSError):  # a full or read-only disk costs a second each time, nothing more
        write_whole(path, save(dict(chosen.arrays)))
    return chosen


def choose(linears: Mapping[str, Linear], taken: Mapping[str, Array]) -> Quantization:
    """Choose scales and bounds from what linear parts take in.

    Parameters
    ----------
    linears
        The parts by name.
    taken
        float32 (rows, in) of each, on real text.
    """
    arrays: dict[str, Array] = {}
    for name, linear in linears.items():
        x = taken[name]
        some = x[:: max(1, len(x) // _ROWS)]
        exact = some @ linear.weight.T
        found = []
        for exponent in _EXPONENTS:
            scale = _scale(x, linear.weight, exponent)
            bounds = (x / scale).min(), (x / scale).max()
            steps, size = rounded(linear.weight * scale)
            again = _stepped(some / scale, *bounds) @ (steps * size[:, None]).T
            found.append((float(np.square(again - exact).mean()), scale, bounds))
        _, scale, bounds = min(found, key=lambda item: item[0])
        arrays |= {f"{name}.scale": scale, f"{name}.bounds": np.array(bounds, dtype=np.float32)}
    return Quantization(arrays)


def rounded(weight: Array) -> tuple[NDArray[np.int8], Array]:
    """Round a weight (out, in) to -127 .. 127 for each output; give the steps and their size, float32 (out,)."""
    size = np.maximum(np.abs(weight).max(axis=1), 1e-12) / 127
    return np.round(weight / size[:, None]).astype(np.int8), size.astype(np.float32)


def _scale(x: Array, weight: Array, exponent: float) -> Array:
    largest = np.maximum(np.abs(x).max(axis=0), _LEAST)
    heaviest = np.maximum(np.abs(weight).max(axis=0), _LEAST)
    scale = largest**exponent / heaviest ** (1 - exponent)
    return np.asarray(scale / np.exp(np.log(scale).mean()), dtype=np.float32)


def _stepped(x: Array, low: float, high: float) -> Array:
    step = (high - low) / _STEPS
    return np.asarray(np.round((np.clip(x, low, high) - low) / step) * step + low, dtype=np.float32)
