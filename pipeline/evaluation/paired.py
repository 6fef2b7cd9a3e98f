"""Two models on the same rows: differences with intervals from a paired bootstrap over groups."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.schema import EvaluationConfig
from pipeline.learning.metrics import FEWEST_GROUPS, figures_under, group_weights, mean_over_themes

__all__ = ["COMPARED", "Answered", "Difference", "PairedMeasures", "PairedTheme", "Verdict", "measure_pair"]

COMPARED = ("f1", "average_precision")
"""The figures that are compared."""

Verdict = Literal["better", "worse", "too close to call", "unknown"]
"""Of the second model, measured by the first."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What one model says of n rows and t themes: ``scores`` float32 and ``decisions`` bool, (n, t) each."""

    scores: NDArray[np.float32]
    decisions: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of two models, and how far they are apart.

    Parameters
    ----------
    a, b
        The figure of each, 0 to 1; None when it cannot be known.
    value
        b - a, from -1 to 1.
    low, high
        Percentile interval of the difference over resampled groups; None when it cannot be known.
    why
        Why something is None; empty otherwise.
    """

    a: float | None
    b: float | None
    value: float | None
    low: float | None = None
    high: float | None = None
    why: str = ""

    @property
    def verdict(self) -> Verdict:
        """Say whether b is better or worse than a; an interval that holds 0 is too close to call."""
        if self.low is None or self.high is None:
            return "unknown"
        if self.low > 0:
            return "better"
        return "worse" if self.high < 0 else "too close to call"

    def loses_more_than(self, margin: float) -> bool:
        """Say whether the whole interval lies below ``-margin``."""
        return self.high is not None and self.high < -margin

    def as_dict(self) -> dict[str, Any]:
        """Give plain numbers and the verdict."""
        return asdict(self) | {"verdict": self.verdict}


@dataclass(frozen=True, slots=True)
class PairedTheme:
    """How one theme fares with both models: ``support`` of ``asked`` rows are yes."""

    asked: int
    support: int
    f1: Difference
    average_precision: Difference


@dataclass(frozen=True, slots=True)
class PairedMeasures:
    """How all themes fare with both models; ``macro`` holds the same two figures, averaged over themes."""

    themes: dict[str, PairedTheme]
    macro: dict[str, Difference]

    def as_dict(self) -> dict[str, Any]:
        """Give plain dictionaries and numbers, each difference with its verdict."""
        themes = {
            theme: {"asked": one.asked, "support": one.support}
            | {name: getattr(one, name).as_dict() for name in COMPARED}
            for theme, one in self.themes.items()
        }
        return {"themes": themes, "macro": {name: one.as_dict() for name, one in self.macro.items()}}


def measure_pair(
    answers: NDArray[np.int8],
    a: Answered,
    b: Answered,
    *,
    groups: NDArray[np.int64],
    themes: tuple[str, ...],
    config: EvaluationConfig,
    seed: int,
) -> PairedMeasures:
    """Measure two models on the same rows.

    Parameters
    ----------
    answers
        int8 (n, t): 1 yes, 0 no, -1 unknown.
    groups
        int64 (n,): rows of one group are resampled together.
    themes
        Names of the t columns.

    Notes
    -----
    Every resampling of groups (Field and Welsh 2007, cluster bootstrap) is drawn once and measures both models,
    so that what makes a sample hard for both takes no part in the difference (paired, Efron and Tibshirani
    1993, chapter 8). Resamplings without a positive are left out, for both. Under five groups with a yes there is
    no interval and no verdict.
    """
    weights = group_weights(groups, resamplings=config.bootstrap, seed=seed)
    first = figures_under(answers, a.scores, a.decisions, weights=weights)
    second = figures_under(answers, b.scores, b.decisions, weights=weights)
    tail = (1 - config.confidence) / 2
    yes = answers == 1
    measured = {}
    for index, theme in enumerate(themes):
        column, stories = answers[:, index], len(np.unique(groups[yes[:, index]]))
        pairs = {name: _difference(first[index][name], second[index][name], tail, stories) for name in COMPARED}
        measured[theme] = PairedTheme(asked=int((column >= 0).sum()), support=int((column == 1).sum()), **pairs)
    stories = len(np.unique(groups[yes.any(axis=1)]))
    macro = {
        name: _difference(mean_over_themes(first, name), mean_over_themes(second, name), tail, stories)
        for name in COMPARED
    }
    return PairedMeasures(measured, macro)


def _difference(a: NDArray[np.float64], b: NDArray[np.float64], tail: float, stories: int) -> Difference:
    """Compare the figure on the sample (first number) and on its resamplings (the others)."""
    if not (np.isfinite(a[0]) and np.isfinite(b[0])):
        return Difference(None, None, None, why="nothing was judged yes")
    values = float(a[0]), float(b[0]), float(b[0] - a[0])
    if stories < FEWEST_GROUPS:
        return Difference(*values, why=f"yes in {stories} groups, {FEWEST_GROUPS} needed")
    drawn = (b - a)[1:]
    low, high = np.quantile(drawn[np.isfinite(drawn)], [tail, 1 - tail])
    return Difference(*values, float(low), float(high))
