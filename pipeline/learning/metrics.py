"""Precision, recall, F1, average precision and calibration error, with intervals from a bootstrap over groups."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.schema import EvaluationConfig

__all__ = [
    "FEWEST_GROUPS",
    "Figure",
    "Measures",
    "ThemeMeasures",
    "bin_of",
    "figures_under",
    "group_weights",
    "mean_over_themes",
    "measure",
]

FEWEST_GROUPS = 5
"""Groups that an interval must rest on: of four, all are drawn alike so often that it is far too narrow."""

_BINS = 10  # of the calibration error
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
    calibration_error: Figure


@dataclass(frozen=True, slots=True)
class Measures:
    """How all themes fare; ``macro`` holds the same five figures, ``micro`` the first three."""

    themes: dict[str, ThemeMeasures]
    macro: dict[str, Figure]
    micro: dict[str, Figure]

    def as_dict(self) -> dict[str, Any]:
        """Give plain dictionaries and numbers."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Measures:
        """Read what ``as_dict`` gave."""

        def read(row: dict[str, Any]) -> dict[str, Any]:
            return {name: Figure(**one) if isinstance(one, dict) else one for name, one in row.items()}

        themes = {theme: ThemeMeasures(**read(row)) for theme, row in values["themes"].items()}
        return cls(themes, read(values["macro"]), read(values["micro"]))


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

    The expected calibration error is the mean distance between score and share of yes over ten bins of about
    equally many rows, cut on the sample (Nguyen and O'Connor 2015, "Posterior calibration"). Chance alone makes
    it larger than 0, by more the fewer rows there are. Resampling adds chance to chance, so its interval is moved
    down until its median is the value.

    A figure that rests on fewer than five groups has no interval: one group drawn again is always itself, and its
    interval would have no width. Precision rests on the groups with something given, calibration error on those
    asked, the others on those with a yes.
    """
    weights = group_weights(groups, resamplings=config.bootstrap, seed=seed)
    counts = _counts_by_theme(answers, scores, decisions, weights)
    table = [_rates(count) for count in counts]
    tail = (1 - config.confidence) / 2
    asked, yes = answers >= 0, answers == 1
    given = decisions & asked
    measured = {}
    for index, theme in enumerate(themes):
        rows = asked[:, index], yes[:, index], given[:, index]
        figures = _figures(_recentred(table[index]), tail, groups, *rows)
        measured[theme] = ThemeMeasures(
            asked=int(rows[0].sum()), support=int(rows[1].sum()), given=int(rows[2].sum()), **figures
        )
    anywhere = [np.asarray(mask.any(axis=1)) for mask in (asked, yes, given)]
    means = _recentred({name: mean_over_themes(table, name) for name in table[0]})
    total = _rates(np.sum(counts, axis=0))
    micro = {name: total[name] for name in ("precision", "recall", "f1")}
    return Measures(measured, _figures(means, tail, groups, *anywhere), _figures(micro, tail, groups, *anywhere))


def figures_under(
    answers: NDArray[np.int8],
    scores: NDArray[np.float32],
    decisions: NDArray[np.bool_],
    *,
    weights: NDArray[np.float64],
) -> list[dict[str, NDArray[np.float64]]]:
    """Give the figures of each theme, by name, under each row of weights (k, n): k numbers, NaN where unknown."""
    return [_rates(count) for count in _counts_by_theme(answers, scores, decisions, weights)]


def mean_over_themes(table: list[dict[str, NDArray[np.float64]]], name: str) -> NDArray[np.float64]:
    """Average one figure over the themes where it exists; NaN where it exists for none."""
    rows = np.stack([row[name] for row in table])
    known = np.isfinite(rows)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(known, rows, 0).sum(axis=0) / known.sum(axis=0))


def group_weights(groups: NDArray[np.int64], *, resamplings: int, seed: int) -> NDArray[np.float64]:
    """Draw groups with replacement; weights (resamplings + 1, n) of rows, the first being the sample itself."""
    drawn, index = drawn_groups(groups, resamplings=resamplings, seed=seed)
    return np.concatenate([np.ones((1, drawn.shape[1])), drawn])[:, index].astype(np.float64)


def drawn_groups(
    groups: NDArray[np.int64], *, resamplings: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw groups with replacement: how often each comes, (resamplings, g), and the group of each row, (n,)."""
    names, index = np.unique(groups, return_inverse=True)
    generator = np.random.default_rng(seed)
    return generator.multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamplings), index


def _counts_by_theme(
    answers: NDArray[np.int8],
    scores: NDArray[np.float32],
    decisions: NDArray[np.bool_],
    weights: NDArray[np.float64],
) -> list[NDArray[np.float64]]:
    return [_counts(*columns, weights) for columns in zip(answers.T, scores.T, decisions.T, strict=True)]


def _counts(
    answer: NDArray[np.int8],
    score: NDArray[np.float32],
    decision: NDArray[np.bool_],
    weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Give weighted true positives, given, positives, average precision, calibration error: (5, k)."""
    asked = answer >= 0
    yes, given = (answer == 1)[asked], decision[asked]
    score, weight = score[asked], weights[:, asked]
    precision = [
        _average_precision(yes, score, weight[start : start + _CHUNK]) for start in range(0, len(weight), _CHUNK)
    ]
    error = _calibration_error(yes, score, weight)
    return np.stack([weight @ (yes & given), weight @ given, weight @ yes, np.concatenate(precision), error])


def bin_of(score: NDArray[np.float32]) -> NDArray[np.int64]:
    """Give the bin of each row, int64 (n,) in 0 to 9: about equally many rows in each, equal scores in one."""
    _, tie, count = np.unique(score, return_inverse=True, return_counts=True)
    middle = (np.cumsum(count) - count / 2) / max(1, len(score))
    return np.asarray(np.minimum((middle * _BINS).astype(np.int64), _BINS - 1)[tie])


def _calibration_error(
    yes: NDArray[np.bool_], score: NDArray[np.float32], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give the expected calibration error under each row of weights (k, n); NaN without rows."""
    # multiples of 2^-24 add up to the same bits in any order, so with any number of cores
    residual = np.round((yes - score.astype(np.float64)) * 2**24) / 2**24
    gap = weight @ (np.eye(_BINS)[bin_of(score)] * residual[:, None])
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(gap).sum(axis=1) / weight.sum(axis=1))


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
    hits, given, positives, average_precision, calibration_error = counts
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "precision": hits / given,
            "recall": hits / positives,
            "f1": np.where(positives > 0, 2 * hits / (given + positives), np.nan),
            "average_precision": np.where(positives > 0, average_precision, np.nan),
            "calibration_error": calibration_error,
        }


def _recentred(rows: dict[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """Take the chance that resampling adds out of the calibration error; see ``measure``."""
    error = rows["calibration_error"]
    if not np.isfinite(error[1:]).any():
        return rows
    moved = np.append(error[:1], np.maximum(error[1:] - np.nanmedian(error[1:]) + error[0], 0))
    return rows | {"calibration_error": moved}


def _figures(
    rows: dict[str, NDArray[np.float64]],
    tail: float,
    groups: NDArray[np.int64],
    asked: NDArray[np.bool_],
    yes: NDArray[np.bool_],
    given: NDArray[np.bool_],
) -> dict[str, Figure]:
    """Give each figure with its interval, by the groups of the rows that it is a share of."""
    rests = {"precision": given, "calibration_error": asked}
    return {name: _figure(row, tail, rests=groups[rests.get(name, yes)]) for name, row in rows.items()}


def _figure(row: NDArray[np.float64], tail: float, *, rests: NDArray[np.int64]) -> Figure:
    value, drawn = row[0], row[1:][np.isfinite(row[1:])]
    if not np.isfinite(value):
        return Figure(None, why="nothing was yes, or nothing was given")
    stories = len(np.unique(rests))
    if stories < FEWEST_GROUPS:
        return Figure(float(value), why=f"rests on {stories} groups, {FEWEST_GROUPS} needed for an interval")
    if len(drawn) < len(row) / 2:
        return Figure(float(value), why="most resamplings hold no positive: too few groups for an interval")
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Figure(float(value), float(low), float(high))
