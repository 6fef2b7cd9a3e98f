"""How judged paragraphs are read for training: by the encoder as it is, or by one that is taught first."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.schema import Config
from pipeline.encoders import BesideEncoder, CachedEncoder, Encoder, NetworkEncoder, fit_adapter, network_of
from pipeline.errors import ConfigError
from pipeline.ingest.clean import clean
from pipeline.labels.codebook import Codebook
from pipeline.learning.features import Features
from pipeline.learning.neighbours import with_neighbours
from pipeline.learning.words import hash_words
from pipeline.progress import Progress, silent

__all__ = ["Reading"]


@dataclass(frozen=True, slots=True)
class Reading:
    """Judged paragraphs and the encoder that reads them.

    Parameters
    ----------
    texts
        n cleaned paragraphs.
    passages
        n names, shared by neighbours.
    answers
        int8 (n, t) of 1, 0 and -1.
    encoder
        As configured.
    codebook
        Its definitions and examples are learned from too.
    config
        Whether the encoder is taught, how much neighbours weigh, whether the codebook is learned from.
    progress
        Told of what takes long.
    unsure
        bool (n, t): what coders were unsure of; None when nobody knows.
    """

    texts: list[str]
    passages: list[str]
    answers: NDArray[np.int8]
    encoder: Encoder
    codebook: Codebook
    config: Config
    progress: Progress = field(default=silent)
    unsure: NDArray[np.bool_] | None = None

    def features(self, learned: NDArray[np.bool_]) -> Features:
        """Give what the heads read, after teaching with the rows that bool (n,) names (and the codebook) alone."""
        texts = [*self.texts, *self._said_texts()]
        if not self.config.adapt.epochs:
            return self._beside(self.encoder.encode(texts, progress=self.progress).vectors)
        return self._beside(self._taught(np.flatnonzero(learned)).encode(texts).vectors)

    def whole(self) -> tuple[Encoder, Features]:
        """Teach with all rows.

        Returns
        -------
        encoder, features
            The encoder of the model, and what the heads read.
        """
        encoder = self.encoder
        if self.config.adapt.epochs:
            encoder = _in_place(encoder, self._taught(np.arange(len(self.texts)), progress=self.progress))
        texts = [*self.texts, *self._said_texts()]
        return encoder, self._beside(encoder.encode(texts, progress=self.progress).vectors)

    def _taught(self, rows: NDArray[np.int64], *, progress: Progress = silent) -> NetworkEncoder:
        """Teach the encoder with some rows."""
        plain, config = _plain(self.encoder), self.config
        texts = [*(self.texts[row] for row in rows), *self._said_texts()]
        answers = np.concatenate([self.answers[rows], self._said()])
        adapter = fit_adapter(plain.open(), texts, answers, config=config.adapt, seed=config.seed, progress=progress)
        return plain.taught(adapter)

    def _sentences(self) -> list[tuple[int, str]]:
        """Give the codebook's sentences, each with the number of its theme."""
        if not self.config.head.codebook:
            return []
        return [
            (number, clean(text))
            for number, theme in enumerate(self.codebook.themes)
            for text in (theme.definition, theme.yes_when, *theme.examples)
        ]

    def _said_texts(self) -> list[str]:
        return [text for _, text in self._sentences()]

    def _said(self) -> NDArray[np.int8]:
        """Give the codebook's answers, int8 (k, t): a sentence has its theme, and of the others nothing is known."""
        sentences = self._sentences()
        said = np.full((len(sentences), len(self.codebook.themes)), -1, dtype=np.int8)
        said[np.arange(len(sentences)), [number for number, _ in sentences]] = 1
        return said

    def _beside(self, vectors: NDArray[np.float32]) -> Features:
        """Part the rows from the codebook's sentences, and put neighbours and words beside them."""
        head, rows = self.config.head, vectors[: len(self.texts)]
        said = with_neighbours(vectors[len(self.texts) :], None, weight=head.neighbours)
        texts = [*self.texts, *self._said_texts()]
        return Features(
            rows=with_neighbours(rows, self.passages, weight=head.neighbours),
            alone=with_neighbours(rows, None, weight=head.neighbours) if head.neighbours else None,
            codebook=said if len(said) else None,
            said=self._said() if len(said) else None,
            words=hash_words(texts, columns=head.words) if head.words else None,
            unsure=self.unsure if head.unsure else None,
            unsure_weight=head.unsure,
        )


def _in_place(encoder: Encoder, network: NetworkEncoder) -> Encoder:
    """Put another network behind an encoder's cache."""
    return CachedEncoder(network, cache=encoder.cache) if isinstance(encoder, CachedEncoder) else network


def _plain(encoder: Encoder) -> NetworkEncoder:
    """Give the network behind the cache, which alone can be taught."""
    if isinstance(encoder, BesideEncoder):
        raise ConfigError(["adapt.epochs: cannot teach several encoders (encoder.beside); set adapt.epochs=0"])
    network = network_of(encoder)
    if network is None:
        raise ConfigError([f"adapt.epochs: cannot teach a {type(encoder).__name__}; set adapt.epochs=0"])
    return network
