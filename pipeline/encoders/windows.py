"""Cut texts that are longer than the encoder's window, so that nothing is silently left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["whole", "whole_parts", "windows"]


def windows(offsets: Sequence[tuple[int, int]], text: str, *, room: int) -> list[tuple[int, int, int]]:
    """Split a tokenised text into consecutive windows that begin at words.

    Parameters
    ----------
    offsets
        Character span of each token, without special tokens, in order.
    text
        The text that was tokenised.
    room
        Most tokens in a window, at least 1.

    Returns
    -------
    list of (start, end, tokens)
        Character spans that together hold every token, and how many tokens each holds. A text without
        tokens gives one empty-weight window over everything.
    """
    if not offsets:
        return [(0, len(text), 1)]
    spans, first = [], 0
    while first < len(offsets):
        last = min(first + room, len(offsets))
        if last < len(offsets):
            last = _word_start(offsets, first, last)
        start = offsets[first][0] if first else 0
        end = offsets[last][0] if last < len(offsets) else len(text)
        spans.append((start, end, last - first))
        first = last
    return spans


def whole(vectors: Sequence[NDArray[Any]], tokens: Sequence[int]) -> NDArray[Any]:
    """Give a text's vector (width,): its windows' mean, weighted by tokens, at the length that one window has."""
    if len(vectors) == 1:
        return vectors[0]
    parts = np.stack(vectors)
    mean = np.average(parts, axis=0, weights=tokens)
    length = np.linalg.norm(mean)
    unit = np.allclose(np.linalg.norm(parts, axis=1), 1.0, atol=1e-4)
    return np.asarray(mean / length if unit and length > 0 else mean, dtype=parts.dtype)


def whole_parts(parts: Sequence[NDArray[Any]], tokens: Sequence[int], *, length: float) -> NDArray[np.float32]:
    """Join the token parts of windows, each (k, width), to those of the text, whose vector has that length."""
    total = sum(tokens)
    joined = np.concatenate([part * (count / total) for part, count in zip(parts, tokens, strict=True)])
    return np.asarray(joined * (length / np.linalg.norm(joined.sum(axis=0))), dtype=np.float32)


def _word_start(offsets: Sequence[tuple[int, int]], first: int, last: int) -> int:
    """Step back from ``last`` to a token that begins a word; give up in a word longer than half a window."""
    half = max(1, (last - first) // 2)
    for index in range(last, first + half - 1, -1):
        if offsets[index][0] > offsets[index - 1][1]:
            return index
    return last
