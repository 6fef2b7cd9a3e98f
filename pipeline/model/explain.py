"""Which words and sentences carried a tag."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import UsageError
from pipeline.ingest.clean import clean
from pipeline.ingest.sentences import sentence_ends
from pipeline.model.theme_model import BANDS, ThemeModel, TokenShares

__all__ = ["Evidence", "Method", "Span", "Weighed", "evidence", "explained", "spans", "weigh"]

Method = Literal["tokens", "left out"]
"""``tokens``: shares of the tokens, which add up exactly; ``left out``: what the log odds lose without a sentence."""

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
    decision
        Its band: ``yes``, ``review`` or ``no``.
    sentences, words
        Highest share first; no words with method ``left out``.
    neighbours
        Share of the paragraphs before and after.
    constant
        The rest: the head's bias, the calibration, the encoder's special tokens. With method ``tokens``,
        ``constant``, ``neighbours`` and all words and punctuation together are the log odds of the Platt-scaled
        score, exactly. With isotonic calibration ``score`` is another one: the curve adds a step that does not
        belong to any word.
    method
        How the shares were found.
    """

    theme: str
    decision: str
    score: float
    sentences: tuple[Span, ...]
    words: tuple[Span, ...]
    neighbours: float
    constant: float
    method: Method


@dataclass(frozen=True, slots=True)
class Weighed:
    """A paragraph's sentences and words with their shares of every theme's log odds.

    Parameters
    ----------
    sentences, words
        Spans in the cleaned text, in order.
    sentence_weights, word_weights
        float64 (s, t) and (w, t).
    own
        float64 (t,): the share of the whole paragraph, special tokens included.
    special
        float64 (t,): the share of the special tokens.
    method
        How they were found.
    """

    sentences: tuple[tuple[int, int], ...]
    sentence_weights: NDArray[np.float64]
    words: tuple[tuple[int, int], ...]
    word_weights: NDArray[np.float64]
    own: NDArray[np.float64]
    special: NDArray[np.float64]
    method: Method


def evidence(model: ThemeModel, text: str, *, theme: str, before: str = "", after: str = "") -> Evidence:
    """Say which sentences and words of a paragraph carried a theme; see ``explained``."""
    return explained(model, text, themes=[theme], before=before, after=after)[0]


def explained(
    model: ThemeModel, text: str, *, themes: Sequence[str] = (), before: str = "", after: str = ""
) -> list[Evidence]:
    """Say which sentences and words of a paragraph carried its themes, all from one look at it.

    Parameters
    ----------
    themes
        Whatever their bands are; when none is named, those that are `yes` or `review`.
    before, after
        The paragraphs beside it in its article, as far as there are any.

    Raises
    ------
    UsageError
        When the model has no such theme.
    """
    for theme in themes:
        if theme not in model.themes:
            raise UsageError(f"theme {theme!r}", f"not in the model {model.name}", "themes: " + ", ".join(model.themes))
    model = model.full  # of what a gate would exclude, too, one may ask why
    texts = [*filter(None, [before]), text, *filter(None, [after])]
    place = 1 if before else 0
    scored = model.score(texts, articles=["one"] * len(texts))
    bands = scored.bands[place]
    columns = [model.themes.index(theme) for theme in themes] or np.flatnonzero(bands).tolist()
    if not columns:
        return []
    weighed = weigh(model, text, shares=model.shares(text))
    slope, intercept = model.decider.slope, model.decider.intercept
    bias = model.heads.bias * slope + intercept
    neighbours = scored.logits[place] * slope + intercept - bias - weighed.own
    constant = bias + weighed.special
    return [
        Evidence(
            theme=model.themes[column],
            decision=BANDS[bands[column]],
            score=float(scored.scores[place, column]),
            sentences=_ranked(weighed.sentences, weighed.sentence_weights[:, column]),
            words=_ranked(weighed.words, weighed.word_weights[:, column]),
            neighbours=float(neighbours[column]),
            constant=float(constant[column]),
            method=weighed.method,
        )
        for column in columns
    ]


def weigh(model: ThemeModel, text: str, *, shares: TokenShares | None) -> Weighed:
    """Add up token shares over sentences and words, or leave out one sentence after the other.

    Parameters
    ----------
    shares
        As ``ThemeModel.shares`` gives them; None where the encoder's vectors are no sums over tokens.
    """
    cleaned = clean(text)
    sentences = _sentences(cleaned)
    if shares is None:
        return _left_out(model, cleaned, sentences)
    weights = shares.shares * model.decider.slope
    special = shares.spans[:, 1] <= shares.spans[:, 0]
    words = _words(cleaned)
    starts, inside = shares.spans[~special, 0], weights[~special]
    return Weighed(
        sentences=sentences,
        sentence_weights=_sums(sentences, starts, inside),
        words=words,
        word_weights=_sums(words, starts, inside),
        own=weights.sum(axis=0),
        special=weights[special].sum(axis=0),
        method="tokens",
    )


def spans(text: str) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """Give the spans of the sentences and of the words of a cleaned text, each in order."""
    return _sentences(text), _words(text)


def _left_out(model: ThemeModel, text: str, sentences: tuple[tuple[int, int], ...]) -> Weighed:
    """Score the paragraph without each of its sentences: right for any encoder, but for one pass a sentence."""
    logits = model.score([text, *(text[:start] + text[end:] for start, end in sentences)]).logits
    themes = logits.shape[1]
    return Weighed(
        sentences=sentences,
        sentence_weights=(logits[:1] - logits[1:]) * model.decider.slope,
        words=(),
        word_weights=np.zeros((0, themes)),
        own=(logits[0] - model.heads.bias) * model.decider.slope,
        special=np.zeros(themes),
        method="left out",
    )


def _sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Give the sentences without the white space around them."""
    cuts = [0, *sentence_ends(text, start=0, stop=len(text)), len(text)]
    return tuple(
        (start, start + len(text[start:end].rstrip())) for start, end in pairwise(cuts) if text[start:end].strip()
    )


def _words(text: str) -> tuple[tuple[int, int], ...]:
    return tuple([word.span() for word in _WORD.finditer(text)])


def _sums(
    spans: tuple[tuple[int, int], ...], starts: NDArray[np.int32], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Sum token weights (k, t) over spans, float64 (len(spans), t); a token belongs where it starts."""
    sums = np.zeros((len(spans), weights.shape[1]))
    if not spans:
        return sums
    borders = np.array(spans)
    home = np.searchsorted(borders[:, 0], starts, side="right") - 1
    inside = (home >= 0) & (starts < borders[np.maximum(home, 0), 1])
    np.add.at(sums, home[inside], weights[inside])
    return sums


def _ranked(spans: tuple[tuple[int, int], ...], weights: NDArray[np.float64]) -> tuple[Span, ...]:
    found = [Span(start, end, float(weight)) for (start, end), weight in zip(spans, weights, strict=True)]
    return tuple(sorted(found, key=lambda span: (-span.weight, span.start)))
