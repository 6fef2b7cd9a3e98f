"""Cut texts that are longer than the encoder's window, so that nothing is silently left out."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["windows"]


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


def _word_start(offsets: Sequence[tuple[int, int]], first: int, last: int) -> int:
    """Step back from ``last`` to a token that begins a word; give up in a word longer than half a window."""
    half = max(1, (last - first) // 2)
    for index in range(last, first + half - 1, -1):
        if offsets[index][0] > offsets[index - 1][1]:
            return index
    return last
