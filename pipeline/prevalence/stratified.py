"""A random sample in strata: how many of each, and what the sample says of the whole.

All that is estimated is a sum over strata of size times rate, with the stratified variance and finite population
correction of Cochran (1977, chapter 5) and Särndal, Swensson and Wretman (1992, section 3.7). The interval is not
the normal one, which collapses where little was found, but Wilson's at the effective sample size: that of a simple
random sample with the same variance (Korn and Graubard 1998; Franco, Little, Louis and Slud 2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

__all__ = ["Total", "allocate", "cuts", "share_found", "total"]

_BINS = 200
_STEPS = 4001  # shares tried between 0 and 1
_MORE = 2  # answers added to a stratum, for its variance alone


@dataclass(frozen=True, slots=True)
class Total:
    """An estimated number of units, with its interval; ``value`` is NaN when nothing was judged."""

    value: float
    low: float
    high: float


def cuts(values: NDArray[np.float32], *, pieces: int) -> NDArray[np.float64]:
    """Give ``pieces - 1`` values that cut a skewed distribution into strata (Dalenius and Hodges 1959).

    Each piece gets the same sum of square roots of the counts in equally wide bins.
    """
    if not len(values):
        return np.zeros(pieces - 1)
    counts, edges = np.histogram(values.astype(np.float64), bins=_BINS)
    roots = np.cumsum(np.sqrt(counts))
    wanted = roots[-1] * np.arange(1, pieces) / pieces
    return np.asarray(edges[1:][np.searchsorted(roots, wanted)], dtype=np.float64)


def allocate(sizes: NDArray[np.int64], spread: NDArray[np.float64], *, n: int, least: int) -> NDArray[np.int64]:
    """Say how many units to draw from each stratum.

    Parameters
    ----------
    sizes
        (h,): units in each stratum.
    spread
        (h,): expected standard deviation in each; draws go as ``sizes * spread`` (Neyman 1934).
    n
        To draw in all; at most all units are.
    least
        From each stratum, or all that it has.

    Returns
    -------
    int64 (h,)
        Adds up to ``min(n, sizes.sum())``.

    Raises
    ------
    ValueError
        When ``n`` is too small for ``least``.
    """
    wanted, floor = min(n, int(sizes.sum())), np.minimum(sizes, least)
    if floor.sum() > wanted:
        raise ValueError(f"{n} is too few, at least {int(floor.sum())} are needed")
    weight = sizes * np.maximum(spread, 1e-9)
    low, high = 0.0, float(np.max(sizes / np.maximum(weight, 1e-12), initial=1.0))
    for _ in range(200):
        middle = (low + high) / 2
        below = np.clip(middle * weight, floor, sizes).sum() < wanted
        low, high = (middle, high) if below else (low, middle)
    exact = np.clip(low * weight, floor, sizes)
    given = np.floor(exact + 1e-9).astype(np.int64)
    by_remainder = np.argsort(-(exact - given), kind="stable")
    while given.sum() < wanted:
        for stratum in by_remainder:
            if given.sum() < wanted and given[stratum] < sizes[stratum]:
                given[stratum] += 1
    return np.asarray(given)


def total(
    sizes: NDArray[np.int64],
    judged: NDArray[np.int64],
    hits: NDArray[np.int64],
    *,
    expected: NDArray[np.float64],
    confidence: float,
) -> Total:
    """Estimate how many units of the whole are yes.

    Parameters
    ----------
    sizes, judged, hits
        (h,): units, judged units and yes among them, in each stratum.
    expected
        (h,): rates to use where none was judged, NaN where they are not known either. Such a stratum counts as if
        one unit had been judged.
    """
    size, known, possible = float(sizes.sum()), float(hits.sum()), float(sizes.sum() - (judged - hits).sum())
    expected = np.where(sizes > 0, expected, 0.0)
    rate = np.where(judged > 0, hits / np.maximum(judged, 1), expected)
    value = float(sizes @ rate)
    if np.isnan(value) or not size:
        return Total(value, known, possible)
    # a stratum in which all or none of a few were yes varies more than it shows: as if a few more had been judged,
    # at the common rate
    common = (known + 0.5) / (judged.sum() + 1)
    smooth = (hits + _MORE * np.where(judged > 0, common, expected)) / (judged + _MORE)
    left = (sizes - judged) / np.maximum(sizes - 1, 1)
    variance = float(np.sum(sizes**2 * smooth * (1 - smooth) / np.maximum(judged, 1) * left)) / size**2
    share = float(sizes @ smooth) / size
    count = share * (1 - share) / variance if variance > 0 else np.inf
    low, high = _wilson(value / size, count, confidence=confidence)
    return Total(value, min(value, max(low * size, known)), max(value, min(high * size, possible)))


def _wilson(rate: float, count: float, *, confidence: float) -> tuple[float, float]:
    """Give Wilson's (1927) interval of a rate among so many."""
    if np.isinf(count):
        return rate, rate
    square = NormalDist().inv_cdf((1 + confidence) / 2) ** 2
    middle = (count * rate + square / 2) / (count + square)
    half = (square * (count * rate * (1 - rate) + square / 4)) ** 0.5 / (count + square)
    return middle - half, middle + half


def share_found(found: Total, missed: Total) -> Total:
    """Give ``found / (found + missed)``: recall.

    A share r belongs to the interval when 0 belongs to that of ``(1 - r) * found - r * missed`` (Fieller's argument
    on two intervals of their own: MOVER, Donner and Zou 2012).
    """
    all_of_them = found.value + missed.value
    if np.isnan(all_of_them) or all_of_them <= 0:
        return Total(np.nan, 0.0, 1.0)
    value = found.value / all_of_them
    share = np.append(np.linspace(0, 1, _STEPS), value)
    gap = (1 - share) * found.value - share * missed.value
    gap[-1] = 0.0
    down = np.hypot((1 - share) * (found.value - found.low), share * (missed.high - missed.value))
    up = np.hypot((1 - share) * (found.high - found.value), share * (missed.value - missed.low))
    inside = share[(gap - down <= 0) & (gap + up >= 0)]
    return Total(value, float(inside.min()), float(inside.max()))
