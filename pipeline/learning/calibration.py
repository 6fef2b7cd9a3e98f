"""From head outputs to probabilities, and from probabilities to decisions."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.goals import Goal
from pipeline.configuration.schema import CalibrationConfig, Config, PromisesConfig, ThresholdsConfig
from pipeline.learning.curves import isotonic, platt, stacked
from pipeline.learning.promises import Promise, choose_floor
from pipeline.learning.thresholds import NEVER, choose_threshold, goals_of

__all__ = ["Decider", "choose_decider", "fit_decider", "held_out_scores", "with_floors"]

_FEWEST_ISOTONIC = 100  # positives, else a step of the curve rests on a handful of them; Platt has 2 numbers only


@dataclass(frozen=True, slots=True)
class Decider:
    """Probability and bands of each theme; a row's score depends on nothing but the row.

    Parameters
    ----------
    slope, intercept
        float64 (t,): Platt scaling, ``score = sigmoid(slope * logit + intercept)``; 1 and 0 leave the head's own
        probability.
    threshold
        float64 (t,): the theme is given (``yes``) from this score on; 2 when no threshold could be chosen.
    floor
        float64 (t,): a person should look (``review``) from this score on; never above the threshold, and the
        threshold itself where nothing is said.
    knots
        float64 (t, k, 2): logit and probability of the points between which isotonic scores are interpolated,
        the last one repeated to fill k; all zero for a theme with Platt scaling.
    promises
        What the floors promise, one for each theme; empty when that is not known.
    """

    slope: NDArray[np.float64]
    intercept: NDArray[np.float64]
    threshold: NDArray[np.float64]
    floor: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    knots: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0, 2)))
    promises: tuple[Promise, ...] = ()

    def __post_init__(self) -> None:
        """Fill in what is not said."""
        if self.floor.size == 0:
            object.__setattr__(self, "floor", np.array(self.threshold))
        if self.knots.size == 0:
            object.__setattr__(self, "knots", np.zeros((len(self.slope), 0, 2)))

    @property
    def isotonic(self) -> NDArray[np.bool_]:
        """Which themes are scored through their knots, bool (t,)."""
        return np.asarray(self.knots.any(axis=(1, 2)))

    def scores(self, logits: NDArray[np.float64]) -> NDArray[np.float32]:
        """Turn head outputs (n, t) into probabilities, float32 (n, t)."""
        scaled = np.clip(logits * self.slope + self.intercept, -60, 60)
        scores = 1.0 / (1.0 + np.exp(-scaled))
        for theme in np.flatnonzero(self.isotonic):
            scores[:, theme] = np.interp(logits[:, theme], self.knots[theme, :, 0], self.knots[theme, :, 1])
        return np.asarray(scores, dtype=np.float32)

    def decide(self, scores: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Say which themes each row gets, bool (n, t)."""
        return np.asarray(scores >= self.threshold.astype(np.float32))

    def bands(self, scores: NDArray[np.float32]) -> NDArray[np.int8]:
        """Say in which band each score lies, int8 (n, t): 0 no, 1 review, 2 yes."""
        review = scores >= self.floor.astype(np.float32)
        return np.asarray(review.astype(np.int8) + self.decide(scores))


def fit_decider(
    logits: NDArray[np.float64],
    answers: NDArray[np.int8],
    *,
    calibration: CalibrationConfig,
    thresholds: ThresholdsConfig,
    themes: Sequence[str] = (),
) -> Decider:
    """Choose probabilities and thresholds on out-of-fold head outputs; floors are chosen by ``with_floors``.

    Parameters
    ----------
    logits
        float64 (n, t), each row from a model that never saw its group.
    answers
        int8 (n, t) of 1, 0 and -1.
    themes
        Ids of the t columns; needed where ``thresholds.themes`` names some.

    Raises
    ------
    ConfigError
        When ``thresholds.themes`` names a theme that is not there.
    """
    goals = goals_of(thresholds, themes or tuple(map(str, range(answers.shape[1]))))
    return _fit(logits, answers, methods=_methods(answers, calibration), goals=goals)


def _methods(answers: NDArray[np.int8], calibration: CalibrationConfig) -> list[str]:
    """Choose a method for each theme, on all rows: what is measured in folds is what is fitted in the end."""
    method = calibration.method
    scarce = (answers == 1).sum(axis=0) < _FEWEST_ISOTONIC
    return ["platt" if method == "isotonic" and few else method for few in scarce.tolist()]


def _fit(
    logits: NDArray[np.float64], answers: NDArray[np.int8], *, methods: Sequence[str], goals: Sequence[Goal]
) -> Decider:
    themes = answers.shape[1]
    slope, intercept, curves = np.ones(themes), np.zeros(themes), [np.zeros((0, 2))] * themes
    for theme, method in enumerate(methods):
        asked = answers[:, theme] >= 0
        column, yes = logits[asked, theme], answers[asked, theme] == 1
        if method != "none":
            slope[theme], intercept[theme] = platt(column, yes)
        if method == "isotonic":
            curves[theme] = isotonic(column, yes)
    decider = Decider(slope, intercept, np.full(themes, NEVER), knots=stacked(curves))
    scores, threshold = decider.scores(logits), np.full(themes, NEVER)
    for theme, goal in enumerate(goals):
        asked = answers[:, theme] >= 0
        column, yes = scores[asked, theme], answers[asked, theme] == 1
        # where scores are probabilities, expected F1 hangs on all of them and not on a few rows near the cut:
        # about one point of F1 more on unseen stories than the cut that was best on the seen ones
        smooth = goal.kind == "f1" and methods[theme] != "none" and yes.any()
        threshold[theme] = choose_threshold(column, column if smooth else yes, goal=goal)
    return dataclasses.replace(decider, threshold=threshold, floor=threshold)


def choose_decider(
    logits: NDArray[np.float64],
    answers: NDArray[np.int8],
    *,
    groups: NDArray[np.int64],
    themes: Sequence[str],
    config: Config,
) -> Decider:
    """Choose calibration, thresholds and floors on out-of-fold head outputs, as configured."""
    plain = fit_decider(logits, answers, calibration=config.calibration, thresholds=config.thresholds, themes=themes)
    return with_floors(plain, logits, answers, groups=groups, config=config.promises)


def with_floors(
    decider: Decider,
    logits: NDArray[np.float64],
    answers: NDArray[np.int8],
    *,
    groups: NDArray[np.int64],
    config: PromisesConfig,
) -> Decider:
    """Add the floors of the band ``review``, with what they promise; see ``pipeline.learning.promises``.

    Parameters
    ----------
    logits, answers
        (n, t): out-of-fold, as for ``fit_decider``.
    groups
        int64 (n,): the story of each row.
    """
    scores = decider.scores(logits)
    floor, promises = np.array(decider.threshold), []
    for theme in range(answers.shape[1]):
        asked = answers[:, theme] >= 0
        yes = answers[asked, theme] == 1
        found, promise = choose_floor(scores[asked, theme], yes, groups=groups[asked], config=config)
        floor[theme] = min(found, floor[theme])  # what is given is not read for review as well
        promises.append(promise)
    return dataclasses.replace(decider, floor=floor, promises=tuple(promises))


def held_out_scores(
    logits: NDArray[np.float64],
    answers: NDArray[np.int8],
    *,
    fold: NDArray[np.int64],
    calibration: CalibrationConfig,
    thresholds: ThresholdsConfig,
    themes: Sequence[str] = (),
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Score and decide every row with probabilities and thresholds chosen without its fold.

    Returns
    -------
    scores, decisions
        float32 (n, t) and bool (n, t).
    """
    goals = goals_of(thresholds, themes or tuple(map(str, range(answers.shape[1]))))
    methods = _methods(answers, calibration)
    scores = np.zeros(logits.shape, dtype=np.float32)
    decisions = np.zeros(logits.shape, dtype=bool)
    for number in np.unique(fold):
        held_out = fold == number
        decider = _fit(logits[~held_out], answers[~held_out], methods=methods, goals=goals)
        scores[held_out] = decider.scores(logits[held_out])
        decisions[held_out] = decider.decide(scores[held_out])
    return scores, decisions
