"""Precision, recall, F1 and average precision with intervals from a bootstrap over groups."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.config import EvaluationConfig

__all__ = ["Figure", "Measures", "ThemeMeasures", "measure"]

_CHUNK = 200  # resamplings at once: bounds memory to a few dozen MB


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured number with its interval.

    Parameters
    ----------
    value
        The measure on all rows; None when it cannot be known.
    low, high
        Percentile interval over resampled groups; None when it cannot be known.
    why
        Why something is None; empty otherwise.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class ThemeMeasures:
    """How one theme fares: ``support`` of ``asked`` rows are yes, ``given`` rows got the theme."""

    asked: int
    support: int
    given: int
    precision: Figure
    recall: Figure
    f1: Figure
    average_precision: Figure


@dataclass(frozen=True, slots=True)
class Measures:
    """How all themes fare; ``macro`` and ``micro`` hold the same four figures (micro: without AP)."""

    themes: dict[str, ThemeMeasures]
    macro: dict[str, Figure]
    micro: dict[str, Figure]

    def as_dict(self) -> dict[str, Any]:
        """Give plain dictionaries and numbers."""
        return asdict(self)


def measure(
    answers: NDArray[np.int8],
    scores: NDArray[np.float32],
    decisions: NDArray[np.bool_],
    *,
    groups: NDArray[np.int64],
    themes: tuple[str, ...],
    config: EvaluationConfig,
    seed: int,
) -> Measures:
    """Measure decisions and scores against answers.

    Parameters
    ----------
    answers, scores, decisions
        (n, t) each.
    groups
        (n,): rows of one group are resampled together.
    themes
        Names of the t columns.

    Notes
    -----
    The bootstrap draws as many groups as there are, with replacement (Field and Welsh 2007, cluster
    bootstrap); a row weighs as often as its group was drawn. Resamplings in which a figure does not exist
    (no positive drawn) are left out of its interval.
    """
    weights = _draws(groups, resamplings=config.bootstrap, seed=seed)
    counts = [_counts(answers[:, j], scores[:, j], decisions[:, j], weights) for j in range(len(themes))]
    tail = (1 - config.confidence) / 2
    measured = {}
    for index, theme in enumerate(themes):
        asked, yes = answers[:, index] >= 0, answers[:, index] == 1
        given = decisions[:, index] & asked
        figures = {name: _figure(row, tail) for name, row in _rates(counts[index]).items()}
        measured[theme] = ThemeMeasures(
            asked=int(asked.sum()), support=int(yes.sum()), given=int(given.sum()), **figures
        )
    table = [_rates(count) for count in counts]
    macro = {name: _figure(_mean_over_themes(table, name), tail) for name in table[0]}
    total = _rates(np.sum(counts, axis=0))
    micro = {name: _figure(row, tail) for name, row in total.items() if name != "average_precision"}
    return Measures(measured, macro, micro)


def _mean_over_themes(table: list[dict[str, NDArray[np.float64]]], name: str) -> NDArray[np.float64]:
    """Average one figure over the themes where it exists; NaN where it exists for none."""
    rows = np.stack([row[name] for row in table])
    known = np.isfinite(rows)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(known, rows, 0).sum(axis=0) / known.sum(axis=0))


def _draws(groups: NDArray[np.int64], *, resamplings: int, seed: int) -> NDArray[np.float64]:
    """Weights (resamplings + 1, n): the first row is the sample itself."""
    names, index = np.unique(groups, return_inverse=True)
    generator = np.random.default_rng(seed)
    drawn = generator.multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamplings)
    return np.concatenate([np.ones((1, len(names))), drawn])[:, index].astype(np.float64)


def _counts(
    answer: NDArray[np.int8],
    score: NDArray[np.float32],
    decision: NDArray[np.bool_],
    weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Give weighted true positives, given, positives and average precision, (4, resamplings + 1)."""
    asked = answer >= 0
    yes, given = (answer == 1)[asked], decision[asked]
    score, weight = score[asked], weights[:, asked]
    precision = [
        _average_precision(yes, score, weight[start : start + _CHUNK]) for start in range(0, len(weight), _CHUNK)
    ]
    return np.stack([weight @ (yes & given), weight @ given, weight @ yes, np.concatenate(precision)])


def _average_precision(
    yes: NDArray[np.bool_], score: NDArray[np.float32], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give average precision under each row of weights; ties count as one step, as in scikit-learn."""
    order = np.argsort(-score, kind="stable")
    ranked = score[order]
    ends = np.flatnonzero(np.append(ranked[1:] < ranked[:-1], True)) if len(ranked) else np.array([], int)
    hits = np.cumsum(weight[:, order] * yes[order], axis=1)[:, ends]
    seen = np.cumsum(weight[:, order], axis=1)[:, ends]
    total = hits[:, -1:] if len(ends) else np.zeros((len(weight), 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        steps = np.diff(hits, axis=1, prepend=0) / total
        return np.asarray(np.nansum(np.where(seen > 0, steps * hits / seen, 0.0), axis=1) / (total[:, 0] > 0))


def _rates(counts: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Turn counts into figures, each (resamplings + 1,); NaN where a figure does not exist."""
    hits, given, positives, average_precision = counts
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "precision": hits / given,
            "recall": hits / positives,
            "f1": np.where(positives > 0, 2 * hits / (given + positives), np.nan),
            "average_precision": np.where(positives > 0, average_precision, np.nan),
        }


def _figure(row: NDArray[np.float64], tail: float) -> Figure:
    value, drawn = row[0], row[1:][np.isfinite(row[1:])]
    if not np.isfinite(value):
        return Figure(None, why="nothing was yes, or nothing was given")
    if len(drawn) < len(row) / 2:
        return Figure(float(value), why="most resamplings hold no positive: too few groups for an interval")
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Figure(float(value), float(low), float(high))
