"""How common a theme is, from how often it was tagged and how often tags are wrong.

Rogan and Gladen (1978): of paragraphs with the theme the classifier tags the share ``hit``, of those without it the
share ``false_alarm``; when these are the same in the dump as on the labelled paragraphs, then
``tagged = share * hit + (1 - share) * false_alarm``, which is solved for ``share``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.learning.metrics import FEWEST_GROUPS, Figure

__all__ = ["ErrorRates", "corrected", "error_rates", "random_weights", "resampled_share"]

_LEAST_GAP = 0.05  # between hit and false-alarm rate, at the low end of its interval: below, the quotient explodes


@dataclass(frozen=True, slots=True, eq=False)
class ErrorRates:
    """How often a theme is tagged where it holds and where it does not.

    Parameters
    ----------
    hit, false_alarm
        float64 (draws + 1,): as measured, then under each resampling.
    why
        Why nothing can be corrected with them; empty otherwise.
    """

    hit: NDArray[np.float64]
    false_alarm: NDArray[np.float64]
    why: str = ""


def random_weights(groups: int, *, draws: int, seed: int) -> NDArray[np.float64]:
    """Give weights (draws, groups) of a Bayesian bootstrap (Rubin 1981), the smooth form of drawing groups again.

    Drawing whole groups, as Field and Welsh (2007) do, keeps together what is alike; exponential weights instead of
    counts never leave a rare theme without a single positive.
    """
    return np.random.default_rng(seed).standard_exponential((draws, groups))


def resampled_share(
    part: NDArray[np.float64], whole: NDArray[np.float64], *, weights: NDArray[np.float64], seed: int
) -> NDArray[np.float64]:
    """Give the share ``part / whole`` of sums over groups, (draws + 1,): as counted, then under each resampling.

    Parameters
    ----------
    part, whole
        (groups,): counts in each group.
    weights
        (draws, groups).

    Notes
    -----
    Half a yes and half a no with random weight are added to each resampling: with one row in each group its
    quantiles are Jeffreys' interval, which holds for 0 and for all of n too (Brown, Cai and DasGupta 2001).
    """
    yes, no = np.random.default_rng(seed).gamma(0.5, size=(2, len(weights)))
    drawn = (weights @ part + yes) / (weights @ whole + yes + no)
    counted = part.sum() / whole.sum() if whole.sum() else np.nan
    return np.concatenate([[counted], drawn])


def error_rates(
    answers: NDArray[np.int8],
    tagged: NDArray[np.bool_],
    *,
    groups: NDArray[np.int64],
    draws: int,
    seed: int,
    confidence: float,
) -> ErrorRates:
    """Measure the error rates of one theme on rows whose group the model never saw.

    Parameters
    ----------
    answers
        (n,): 1 yes, 0 no, -1 not asked.
    tagged
        (n,): whether the theme was given.
    groups
        (n,): rows of one group are weighed together.
    """
    _, index = np.unique(groups, return_inverse=True)
    count = int(index.max()) + 1 if len(index) else 0
    weights = random_weights(count, draws=draws, seed=seed)

    def rate(answer: int, offset: int) -> NDArray[np.float64]:
        part = np.bincount(index, weights=(answers == answer) & tagged, minlength=count)
        whole = np.bincount(index, weights=answers == answer, minlength=count)
        return resampled_share(part.astype(np.float64), whole.astype(np.float64), weights=weights, seed=seed + offset)

    hit, false_alarm = rate(1, 1), rate(0, 2)
    for word, answer in (("yes", 1), ("no", 0)):
        found = len(np.unique(index[answers == answer]))
        if found < FEWEST_GROUPS:
            why = f"cannot be corrected: judged {word} in {found} groups, {FEWEST_GROUPS} needed"
            return ErrorRates(hit, false_alarm, why)
    return ErrorRates(hit, false_alarm, _unstable(hit, false_alarm, confidence))


def _unstable(hit: NDArray[np.float64], false_alarm: NDArray[np.float64], confidence: float) -> str:
    low, high = np.quantile((hit - false_alarm)[1:], [(1 - confidence) / 2, (1 + confidence) / 2])
    if low >= _LEAST_GAP:
        return ""
    return (
        f"cannot be corrected: tags hardly tell yes from no (tagged {hit[0]:.2f} of yes, {false_alarm[0]:.2f} of no; "
        f"difference {low:.2f} to {high:.2f})"
    )


def corrected(tagged: NDArray[np.float64], rates: ErrorRates, *, confidence: float) -> Figure:
    """Correct a tagged share for the errors of tagging.

    Parameters
    ----------
    tagged
        (draws + 1,) of ``resampled_share``.

    Returns
    -------
    Figure
        In [0, 1], with the percentile interval over the joint resamplings of labels and dump.
    """
    if rates.why:
        return Figure(None, why=rates.why)
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    why = _impossible(tagged, rates, tails)
    if why:
        return Figure(None, why=why)
    gap = rates.hit - rates.false_alarm
    with np.errstate(divide="ignore", invalid="ignore"):
        # where a resampling tells nothing, any share fits: it counts as the largest
        shares = np.clip(np.where(gap > 0, (tagged - rates.false_alarm) / gap, 1.0), 0.0, 1.0)
    low, high = np.quantile(shares[1:], tails)
    value = float(shares[0])
    return Figure(value, float(min(low, value)), float(max(high, value)))


def _impossible(tagged: NDArray[np.float64], rates: ErrorRates, tails: list[float]) -> str:
    """Say when no share from 0 to 1 would give so few or so many tags: then the rates are not those of this dump."""
    below = np.quantile((tagged - rates.false_alarm)[1:], tails[1]) < 0
    above = np.quantile((tagged - rates.hit)[1:], tails[0]) > 0
    if not below and not above:
        return ""
    limit = f"less than the {rates.false_alarm[0]:.1%} of false alarms" if below else f"more than {rates.hit[0]:.1%}"
    return f"cannot be corrected: tagged {tagged[0]:.1%}, {limit} on labels: tags err differently here"
