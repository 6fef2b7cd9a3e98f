"""Which words and sentence carried a tag: shares of the log odds, summed over the tokens of a span."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import UsageError
from pipeline.ingest.clean import clean
from pipeline.ingest.phrases import sentence_ends
from pipeline.model import ThemeModel

__all__ = ["Evidence", "Span", "evidence"]

_WORD = re.compile(r"\w+(?:['’\-]\w+)*")


@dataclass(frozen=True, slots=True)
class Span:
    """Part of a paragraph with its share of the theme's log odds; offsets count in the cleaned text."""

    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What carried a theme in a paragraph.

    Parameters
    ----------
    sentences, words
        Highest share first.
    constant
        What every paragraph has: the head's bias, the calibration, the encoder's special tokens. ``constant``
        and all words and punctuation together are the log odds of the score, exactly.
    """

    theme: str
    score: float
    sentences: tuple[Span, ...]
    words: tuple[Span, ...]
    constant: float


def evidence(model: ThemeModel, text: str, *, theme: str) -> Evidence:
    """Say which sentences and words of a paragraph carried a theme.

    Raises
    ------
    UsageError
        When the model has no such theme.
    DataError
        When the encoder does not pool by mean, so that a vector is no sum over tokens.
    """
    if theme not in model.themes:
        raise UsageError(f"theme {theme!r}", f"not in the model {model.name}", "themes: " + ", ".join(model.themes))
    column = model.themes.index(theme)
    tokens, shares = model.contributions(text)
    share = shares[:, column]
    special = tokens.spans[:, 1] <= tokens.spans[:, 0]
    bias = model.heads.bias[column] * model.decider.slope[column] + model.decider.intercept[column]
    constant = float(bias + share[special].sum())
    log_odds = float(bias + share.sum())
    cleaned = clean(text)
    return Evidence(
        theme=theme,
        score=float(1 / (1 + np.exp(-log_odds))),
        sentences=_spans(_sentences(cleaned), cleaned, tokens.spans, share * ~special),
        words=_spans([word.span() for word in _WORD.finditer(cleaned)], cleaned, tokens.spans, share * ~special),
        constant=constant,
    )


def _sentences(text: str) -> list[tuple[int, int]]:
    cuts = [0, *sentence_ends(text, start=0, stop=len(text)), len(text)]
    return [(start, end) for start, end in pairwise(cuts) if text[start:end].strip()]


def _spans(
    spans: list[tuple[int, int]], text: str, places: NDArray[np.int32], share: NDArray[np.float64]
) -> tuple[Span, ...]:
    """Sum token shares over spans; a token belongs where it starts."""
    found = []
    for start, end in spans:
        inside = (places[:, 0] >= start) & (places[:, 0] < end) & (places[:, 1] > 0)
        found.append(Span(start, start + len(text[start:end].rstrip()), float(share[inside].sum())))
    return tuple(sorted(found, key=lambda span: (-span.weight, span.start)))
