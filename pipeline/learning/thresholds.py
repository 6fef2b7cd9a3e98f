"""Thresholds by purpose: what is to be reached, and the score at which it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.goals import Goal
from pipeline.configuration.schema import ThresholdsConfig
from pipeline.errors import ConfigError
from pipeline.labels.codebook import Codebook
from pipeline.learning.promises import between

__all__ = ["NEVER", "choose_threshold", "goals_of", "with_goals"]

NEVER = 2.0
"""A threshold that no score reaches."""


def goals_of(thresholds: ThresholdsConfig, themes: Sequence[str]) -> tuple[Goal, ...]:
    """Give the goal of each theme.

    Raises
    ------
    ConfigError
        When a goal is for a theme that is not among them.
    """
    unknown = sorted(set(thresholds.themes) - set(themes))
    if unknown:
        raise ConfigError(
            [f"thresholds.themes: unknown theme, found {name!r}; themes: {', '.join(themes)}" for name in unknown]
        )
    return tuple(Goal.of(thresholds.themes.get(theme, thresholds.goal)) for theme in themes)


def with_goals(thresholds: ThresholdsConfig, codebook: Codebook) -> ThresholdsConfig:
    """Add the codebook's goals below the configuration's own: what is recorded then holds all of them.

    Raises
    ------
    ConfigError
        When ``thresholds.themes`` names a theme that the codebook does not have.
    """
    goals_of(thresholds, codebook.ids)
    return thresholds.model_copy(update={"themes": dict(sorted((codebook.goals | thresholds.themes).items()))})


def choose_threshold(scores: NDArray[np.float32], yes: NDArray[np.bool_] | NDArray[np.float32], *, goal: Goal) -> float:
    """Find the threshold for a goal, midway between two neighbouring scores.

    ``f1``: the highest F1. ``precision>=x``: the lowest threshold with that precision, so with the most recall.
    ``recall>=x``: the highest threshold with that recall.

    Parameters
    ----------
    scores
        float32 (n,).
    yes
        (n,): whether each row is yes, or how likely it is: with calibrated scores in place of the answers, the
        threshold is where the expected F1 is highest (Lewis 1995; Lipton et al. 2014).

    Returns
    -------
    float
        In (0, 1]; 2, which no score reaches, when there is no positive or no threshold reaches the goal.
    """
    if not yes.any():
        return NEVER
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order].astype(np.float64)
    ends = np.flatnonzero(np.append(ranked[1:] < ranked[:-1], True))  # ties are one step
    hits, given = np.cumsum(yes[order], dtype=np.float64)[ends], ends + 1
    if goal.kind == "f1":
        best = int(np.argmax(2 * hits / (given + hits[-1])))
    else:
        reached = np.flatnonzero((hits / (given if goal.kind == "precision" else hits[-1])) >= goal.least)
        if not len(reached):
            return NEVER
        best = int(reached[-1] if goal.kind == "precision" else reached[0])
    below = ranked[ends[best] + 1] if ends[best] + 1 < len(ranked) else 0.0
    return between(float(below), float(ranked[ends[best]]))
