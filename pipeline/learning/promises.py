"""How far down a person must read so that few stories with a theme are missed: exact, or not promised at all.

One story (a group: article and near-duplicates) with the theme is one trial, and its score is the lowest score
among its paragraphs that were judged yes. The stories are drawn alike, so the floor that lies below all but the
``k`` lowest of ``n`` story scores misses more than ``1 - recall`` of new stories with a probability of at most
P(Bin(n, 1 - recall) <= k), whatever the scores are distributed like: a tolerance limit of Wilks (1941),
"Determination of sample sizes for setting tolerance limits", Annals of Mathematical Statistics 12. Ties make
the floor catch more, never less.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.schema import PromisesConfig

__all__ = ["UNPROMISED", "Promise", "allowed_misses", "between", "choose_floor", "stories_needed", "story_scores"]


@dataclass(frozen=True, slots=True)
class Promise:
    """What the floor of one theme promises: recall over stories, with a confidence.

    Parameters
    ----------
    recall
        Share of the stories with the theme that have every such paragraph at or above the floor.
    confidence
        Probability, over the draw of labelled stories, that this is true.
    stories
        HeldOutLabels stories with the theme.
    misses
        How many of them the floor may miss; -1 when there are too few for a promise.
    why
        Why there is no promise, where that is not for the number of stories.
    """

    recall: float
    confidence: float
    stories: int
    misses: int
    why: str = ""

    @property
    def holds(self) -> bool:
        """Whether anything is promised."""
        return self.misses >= 0 and not self.why

    def kept(self, found: int, *, stories: int) -> bool:
        """Whether ``found`` of ``stories`` new stories, each whole in the bands, are no fewer than was promised."""
        return found >= self.recall * stories - 1e-9

    def __str__(self) -> str:
        """Say it in a few words, as tables do."""
        if self.why:
            return f"no promise: {self.why}"
        if not self.holds:
            needed = stories_needed(recall=self.recall, confidence=self.confidence)
            return f"no promise: {self.stories} positive stories, {needed} needed"
        return f"{self.recall * 100:g} % of stories, {self.confidence * 100:g} % sure"

    def as_dict(self) -> dict[str, Any]:
        """Give what a bundle keeps of it."""
        return {
            "recall": self.recall,
            "confidence": self.confidence,
            "stories": self.stories,
            "misses": self.misses,
            "why": self.why,
        }


UNPROMISED = Promise(0.9, 0.9, 0, -1, why="written before promises")
"""Of every theme of a bundle of format 1."""


def allowed_misses(stories: int, *, recall: float, confidence: float) -> int:
    """Give the largest k with P(Bin(stories, 1 - recall) <= k) <= 1 - confidence; -1 when not even 0 will do."""
    miss, most = 1 - recall, 1 - confidence
    log_odds = math.log(miss) - math.log(recall)
    log_term = stories * math.log(recall)  # of no miss; in logarithms, because 0.9 ** 10000 is 0 in floats
    total, misses = 0.0, -1
    while misses < stories:
        total += math.exp(log_term)
        if total > most * (1 + 1e-9):
            break
        misses += 1
        log_term += log_odds + math.log(max(stories - misses, 1)) - math.log(misses + 1)
    return misses


def stories_needed(*, recall: float, confidence: float) -> int:
    """Give the fewest stories with which none missed is promise enough: 22 for 0.9 and 0.9."""
    return math.ceil(math.log(1 - confidence) / math.log(recall) - 1e-9)


def story_scores(scores: NDArray[np.float32], yes: NDArray[np.bool_], groups: NDArray[np.int64]) -> NDArray[np.float32]:
    """Give each story's lowest score among its yes paragraphs, ascending; stories without one are left out.

    Parameters
    ----------
    scores, yes, groups
        (n,) each, of one theme.
    """
    names, story = np.unique(groups[yes], return_inverse=True)
    lowest = np.full(len(names), np.inf, dtype=np.float32)
    np.minimum.at(lowest, story, scores[yes].astype(np.float32))
    return np.sort(lowest)


def choose_floor(
    scores: NDArray[np.float32],
    yes: NDArray[np.bool_],
    *,
    groups: NDArray[np.int64],
    config: PromisesConfig,
) -> tuple[float, Promise]:
    """Choose the score from which a person must read, and say what that promises.

    Parameters
    ----------
    scores
        float32 (n,): of one theme, each from a model that never saw the row's group.
    yes, groups
        bool and int64 (n,).

    Returns
    -------
    floor, promise
        Midway between the (k + 1)-th lowest story score, k the misses that are allowed, and the score below it.
        Too few stories: below the lowest of them, and the promise says that it is none. No story at all: 2.
    """
    trials = story_scores(scores, yes, groups)
    misses = allowed_misses(len(trials), recall=config.recall, confidence=config.confidence)
    promise = Promise(config.recall, config.confidence, len(trials), misses)
    if not len(trials):
        return 2.0, promise
    lowest = float(trials[max(misses, 0)])
    below = scores[scores < lowest]
    return between(float(below.max()) if len(below) else 0.0, lowest), promise


def between(lower: float, upper: float) -> float:
    """Give a threshold that takes in ``upper`` and, where it can be told in float32, leaves out ``lower``."""
    middle = (lower + upper) / 2
    return middle if lower < np.float32(middle) <= upper else upper
