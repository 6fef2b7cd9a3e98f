"""A deterministic encoder and models on it: no network, no weights, the same on every machine."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.schema import EncoderConfig, IngestConfig
from pipeline.encoders import Encoded, TokenVectors, Watch
from pipeline.labels.codebook import Codebook, Theme
from pipeline.learning.calibration import Decider
from pipeline.learning.heads import Heads
from pipeline.model.theme_model import Recipe, ThemeModel
from pipeline.progress import Progress, silent
from pipeline.records import digest

__all__ = ["FakeEncoder", "fake_codebook", "fake_model", "with_words"]

_WORD = re.compile(r"\w+(?:['’\-]\w+)*")
_WINDOW = 100  # words


class FakeEncoder:
    """A bag of words, each word thrown on a random but fixed direction: close texts get close vectors.

    ``texts`` counts what it was asked to encode, so that tests can tell work from rest.
    """

    def __init__(self, width: int = 16) -> None:
        self.width = width
        self.texts = 0

    @property
    def identity(self) -> str:
        return digest("fake encoder", str(self.width))

    def encode(self, texts: Sequence[str], *, watch: Watch | None = None, progress: Progress = silent) -> Encoded:
        self.texts += len(texts)
        tokens = [self.explain(text) for text in texts]
        for row, one in enumerate(tokens if watch else []):
            watch(row, one)
        vectors = [one.parts.astype(np.float64).sum(axis=0) for one in tokens]
        windows = [1 + len(_WORD.findall(text)) // _WINDOW for text in texts]
        progress("encode", len(texts), len(texts))
        stacked = np.stack(vectors) if vectors else np.zeros((0, 0))
        return Encoded(stacked.astype(np.float32), np.array(windows, dtype=np.int32))

    def explain(self, text: str) -> TokenVectors:
        """Give one special token and every word; the rows add up to a vector of length 1."""
        matches = list(_WORD.finditer(text))
        spans = [(0, 0), *((match.start(), match.end()) for match in matches)]
        parts = np.stack([self._word("[start]"), *(self._word(match.group().lower()) for match in matches)])
        return TokenVectors(
            np.array(spans, dtype=np.int32),
            (parts / np.linalg.norm(parts.sum(axis=0))).astype(np.float32),
        )

    def _word(self, word: str) -> NDArray[np.float64]:
        seed = int.from_bytes(hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()[:8], "big")
        return np.random.default_rng(seed).standard_normal(self.width)


def fake_codebook(themes: Sequence[str]) -> Codebook:
    """Give a codebook with these themes."""
    return Codebook(
        version="test-1",
        title="Codebook of the tests",
        themes=[
            Theme(
                id=theme,
                name=theme.capitalize(),
                definition=f"The paragraph tells of {theme}.",
                yes_when=f"It says {theme}.",
                no_when=f"It does not say {theme}.",
                examples=[f"They reported {theme} at the gate."],
            )
            for theme in themes
        ],
    )


def fake_model(themes: Sequence[str], *, encoder: FakeEncoder | None = None) -> ThemeModel:
    """Give a model whose head for each theme leans towards the word that the theme is called."""
    encoder = encoder or FakeEncoder()
    codebook = fake_codebook(themes)
    weight = np.stack([encoder.encode([theme]).vectors[0] for theme in themes]) * 6
    encoder.texts = 0
    count = len(themes)
    return ThemeModel(
        name="fake",
        recipe=Recipe(EncoderConfig(), encoder.identity, IngestConfig()),
        codebook=codebook,
        heads=Heads(weight.astype(np.float32), np.full(count, -1.0, dtype=np.float32)),
        decider=Decider(np.ones(count), np.zeros(count), np.full(count, 0.75)),
        encoder=encoder,
        provenance={"labels": digest("labels"), "codebook": codebook.sha256, "config": digest("config")},
        sha256=digest("fake model", *themes),
    )


def with_words(model: ThemeModel, *, columns: int = 64) -> ThemeModel:
    """Give the model with heads that read hashed words too, each with some weight."""
    own = np.random.default_rng(1).standard_normal((len(model.themes), columns)).astype(np.float32)
    return dataclasses.replace(
        model,
        heads=Heads(np.hstack([model.heads.weight, own]), model.heads.bias),
        recipe=dataclasses.replace(model.recipe, words=columns),
    )
