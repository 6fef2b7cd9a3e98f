"""The arrays of a bundle: what is written, and what is believed of what is read."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.schema import CalibrationConfig, ThresholdsConfig
from pipeline.encoders import Adapter, Quantization
from pipeline.errors import DataError
from pipeline.learning.calibration import Decider
from pipeline.learning.held_out import HeldOut
from pipeline.learning.promises import UNPROMISED, Promise
from pipeline.model.theme_model import ThemeModel

__all__ = [
    "check_arrays",
    "decider_of",
    "held_out_arrays",
    "model_arrays",
    "read_adapter",
    "read_held_out",
    "read_quantization",
]


def model_arrays(model: ThemeModel) -> dict[str, Any]:
    """Give the arrays of heads and decider by name."""
    return {
        "weight": model.heads.weight,
        "bias": model.heads.bias,
        "slope": model.decider.slope,
        "intercept": model.decider.intercept,
        "threshold": model.decider.threshold,
        "floor": model.decider.floor,
        "knots": model.decider.knots,
    }


def check_arrays(path: Path, arrays: dict[str, Any], *, themes: int, old: bool) -> None:
    """Check names, kinds, shapes and numbers of the model's arrays; ``old`` ones have no bands.

    Raises
    ------
    DataError
        When anything is missing, unknown, or not finite.
    """
    kinds = {"weight": "float32", "bias": "float32", "slope": "float64", "intercept": "float64"}
    kinds["threshold"] = "float64"
    if not old:
        kinds |= {"floor": "float64", "knots": "float64"}
    dimensions = {"weight": 2, "knots": 3}
    for name, kind in kinds.items():
        array = arrays.get(name)
        if array is None or str(array.dtype) != kind or array.shape[:1] != (themes,):
            found = "nothing" if array is None else f"{array.dtype} {array.shape}"
            raise DataError(path, f"array {name!r} must be {kind} for {themes} themes, found {found}", "train again")
        if array.ndim != dimensions.get(name, 1) or not np.isfinite(array).all():
            raise DataError(path, f"array {name!r} has numbers that are not finite or a wrong shape", "train again")
    extra = sorted(set(arrays) - set(kinds))
    if extra:
        raise DataError(path, f"unknown array {extra[0]!r}", "train again")


def decider_of(arrays: dict[str, Any], promises: tuple[Promise, ...]) -> Decider:
    """Put calibration and bands together; format 1 has no floors, no curves and no promises."""
    plain = Decider(arrays["slope"], arrays["intercept"], arrays["threshold"])
    if "floor" not in arrays:
        return dataclasses.replace(plain, promises=(UNPROMISED,) * len(plain.slope))
    return dataclasses.replace(plain, floor=arrays["floor"], knots=arrays["knots"], promises=promises)


def read_adapter(path: Path) -> Adapter | None:
    """Read what the encoder was taught, where the bundle has it; its shapes are checked when it meets the encoder."""
    if not path.is_file():
        return None
    from safetensors.numpy import load_file

    arrays = load_file(path)
    for name, array in arrays.items():
        if array.dtype != np.float16 or array.ndim != 2 or not np.isfinite(array).all():
            raise DataError(path, f"array {name!r} is no change of a layer, found {array.dtype}", "train again")
    return Adapter(arrays)


def read_quantization(path: Path) -> Quantization | None:
    """Read how the encoder computes in 8 bits, where the bundle has it; it is checked when it meets the encoder."""
    if not path.is_file():
        return None
    from safetensors.numpy import load_file

    arrays = load_file(path)
    for name, array in arrays.items():
        if array.dtype != np.float32 or array.ndim != 1 or not np.isfinite(array).all():
            raise DataError(path, f"array {name!r} is no scale and no bounds, found {array.dtype}", "train again")
    return Quantization(arrays)


def held_out_arrays(held_out: HeldOut) -> dict[str, Any]:
    """Give the arrays of the held-out rows by name."""
    arrays = {
        "keys": _bytes(held_out.keys),
        "groups": held_out.groups,
        "fold": held_out.fold,
        "answers": held_out.answers,
        "logits": held_out.logits,
    }
    return arrays | ({"sources": _bytes(held_out.sources)} if held_out.sources else {})


def _bytes(keys: Sequence[str]) -> NDArray[np.uint8]:
    """Turn n keys of 32 hex digits into bytes, (n, 16)."""
    return np.frombuffer(bytes.fromhex("".join(keys)), dtype=np.uint8).reshape(len(keys), -1)


def _keys(array: NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(row.tobytes().hex() for row in array)


def read_held_out(path: Path, *, themes: int, config: Path) -> HeldOut | None:
    """Read the held-out rows, where the bundle has them, and from its configuration how decisions are chosen."""
    if not path.is_file():
        return None
    from safetensors.numpy import load_file

    arrays = load_file(path)
    shapes = {"keys": 16, "answers": themes, "logits": themes, "groups": None, "fold": None}
    if "sources" in arrays:  # older bundles do not say which outlets were in training
        shapes["sources"] = 16
    rows = len(arrays["logits"]) if "logits" in arrays else 0
    for name, width in shapes.items():
        array = arrays.get(name)
        if array is None or array.shape != ((rows,) if width is None else (rows, width)):
            found = "nothing" if array is None else f"{array.dtype} {array.shape}"
            raise DataError(path, f"array {name!r} does not fit the model, found {found}", "train again")
    if not np.isfinite(arrays["logits"]).all():
        raise DataError(path, "array 'logits' has numbers that are not finite", "train again")
    chosen = json.loads(config.read_bytes())
    return HeldOut(
        keys=_keys(arrays["keys"]),
        groups=arrays["groups"].astype(np.int64),
        fold=arrays["fold"].astype(np.int64),
        answers=arrays["answers"].astype(np.int8),
        logits=arrays["logits"].astype(np.float64),
        calibration=CalibrationConfig.model_validate(chosen.get("calibration", {})),
        thresholds=ThresholdsConfig.model_validate(chosen.get("thresholds", {})),
        sources=_keys(arrays["sources"]) if "sources" in arrays else (),
    )
