"""What a model keeps of its training rows, so that it can be judged and decided again without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.schema import CalibrationConfig, ThresholdsConfig
from pipeline.learning.calibration import held_out_scores
from pipeline.records import digest

__all__ = ["HeldOut", "row_key", "source_key"]

_UNKNOWN = "0" * 32


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Head outputs of models that never saw the row's group, with the answers: no text, no vector.

    Calibration, thresholds and bands are chosen on it, chosen again by ``themes models retune``, and two models
    are compared on rows that one of them was trained on.

    Parameters
    ----------
    keys
        ``row_key`` of each of the n rows.
    groups, fold
        int64 (n,): group and fold of each row.
    answers
        int8 (n, t): 1 yes, 0 no, -1 not asked or unsure.
    logits
        float64 (n, t).
    calibration, thresholds
        How probabilities and thresholds are chosen on them.
    sources
        ``source_key`` of each row; empty where the bundle was written before they were kept.
    """

    keys: tuple[str, ...]
    groups: NDArray[np.int64]
    fold: NDArray[np.int64]
    answers: NDArray[np.int8]
    logits: NDArray[np.float64]
    calibration: CalibrationConfig = field(default_factory=CalibrationConfig)
    thresholds: ThresholdsConfig = field(default_factory=ThresholdsConfig)
    sources: tuple[str, ...] = ()

    def decided(self, themes: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Score and decide each row with probabilities and thresholds chosen without its fold; both (n, t)."""
        return held_out_scores(
            self.logits,
            self.answers,
            fold=self.fold,
            calibration=self.calibration,
            thresholds=self.thresholds,
            themes=themes,
        )

    def rows(self, keys: Sequence[str]) -> NDArray[np.int64]:
        """Find rows by key, int64 (len(keys),): -1 where there is none, the first where several are equal."""
        first: dict[str, int] = {}
        for row, key in enumerate(self.keys):
            first.setdefault(key, row)
        return np.array([first.get(key, -1) for key in keys], dtype=np.int64)


def row_key(text: str) -> str:
    """Name a cleaned text by 32 hex digits: who holds the text can find the row, the row does not give the text."""
    return digest("row", text)[:32]


def source_key(outlet: str) -> str:
    """Name an outlet by 32 hex digits, zeros where there is none: who can guess its name can find it."""
    return digest("source", outlet.casefold())[:32] if outlet else _UNKNOWN
