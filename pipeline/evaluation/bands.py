"""What the bands of a model ask of its reader: how much to read, and what that finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.goals import Goal
from pipeline.learning.calibration import Decider
from pipeline.learning.promises import UNPROMISED, story_scores

__all__ = ["Bands", "ThemeBands", "describe_bands"]


@dataclass(frozen=True, slots=True)
class ThemeBands:
    """The bands of one theme: ``yes`` from ``threshold``, ``review`` from ``floor``, else ``no``.

    Parameters
    ----------
    goal
        What the threshold was chosen for; empty when that is not known.
    threshold, floor
        Scores; 2 is reached by none.
    promise
        What the floor promises, in words.
    promised
        Whether it promises anything.
    stories, found
        Stories with the theme among the rows, and those of them with every yes paragraph at or above the floor.
    share_yes, share_to_read
        Share of the paragraphs at or above the threshold, and at or above the floor.
    """

    goal: str
    threshold: float
    floor: float
    promise: str
    promised: bool
    stories: int
    found: int
    share_yes: float
    share_to_read: float


@dataclass(frozen=True, slots=True)
class Bands:
    """The bands of all themes, and the share of the paragraphs that are yes or review for any of them."""

    themes: dict[str, ThemeBands]
    share_to_read: float

    def as_dict(self) -> dict[str, Any]:
        """Give plain dictionaries and numbers."""
        return asdict(self)


def describe_bands(
    decider: Decider,
    scores: NDArray[np.float32],
    answers: NDArray[np.int8],
    *,
    groups: NDArray[np.int64],
    themes: Sequence[str],
    goals: Sequence[Goal] = (),
) -> Bands:
    """Count what lies in the bands.

    Parameters
    ----------
    scores, answers
        (n, t): of the model's own calibration, for rows that no head saw in training.
    groups
        int64 (n,): the story of each row.
    themes, goals
        Of the t columns.
    """
    bands = decider.bands(scores)
    read, given = bands >= 1, decider.decide(scores)
    promises = decider.promises or (UNPROMISED,) * len(themes)
    found = {}
    for index, theme in enumerate(themes):
        lowest = story_scores(scores[:, index], answers[:, index] == 1, groups)
        found[theme] = ThemeBands(
            goal=str(goals[index]) if goals else "",
            threshold=float(decider.threshold[index]),
            floor=float(decider.floor[index]),
            promise=str(promises[index]),
            promised=promises[index].holds,
            stories=len(lowest),
            found=int((lowest >= decider.floor[index].astype(np.float32)).sum()),
            share_yes=float(given[:, index].mean()),
            share_to_read=float(read[:, index].mean()),
        )
    return Bands(found, float(read.any(axis=1).mean()))
