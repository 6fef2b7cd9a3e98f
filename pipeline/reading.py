"""How judged paragraphs are read for training: by the encoder as it is, or by one that is taught first."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.codebook import Codebook
from pipeline.config import Config
from pipeline.embed import Adapter, CachedEncoder, Encoder, SentenceEncoder, batch_vectors, fit_adapter
from pipeline.errors import ConfigError
from pipeline.ingest.clean import clean
from pipeline.learn.features import Features
from pipeline.learn.neighbours import with_neighbours
from pipeline.progress import Progress, silent

__all__ = ["Reading", "plain_encoder"]


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
    """

    texts: list[str]
    passages: list[str]
    answers: NDArray[np.int8]
    encoder: Encoder
    codebook: Codebook
    config: Config
    progress: Progress = field(default=silent)

    def features(self, learned: NDArray[np.bool_]) -> Features:
        """Give what the heads read, after teaching with the rows that bool (n,) names (and the codebook) alone."""
        texts = [*self.texts, *self._said_texts()]
        if not self.config.adapt.epochs:
            return self._beside(self.encoder.encode(texts, progress=self.progress).vectors)
        network = plain_encoder(self.encoder).open()
        self._teach(network, np.flatnonzero(learned))
        return self._beside(batch_vectors(network, texts))

    def whole(self) -> tuple[Encoder, Adapter | None, Features]:
        """Teach with all rows.

        Returns
        -------
        encoder, adapter, features
            The encoder of the model, what it was taught (None: nothing), and what the heads read.
        """
        encoder, adapter = self.encoder, None
        if self.config.adapt.epochs:
            plain = plain_encoder(encoder)
            adapter = self._teach(plain.open(), np.arange(len(self.texts)), progress=self.progress)
            taught = plain.taught(adapter)
            encoder = CachedEncoder(taught, cache=encoder.cache) if isinstance(encoder, CachedEncoder) else taught
        texts = [*self.texts, *self._said_texts()]
        return encoder, adapter, self._beside(encoder.encode(texts, progress=self.progress).vectors)

    def _teach(self, network: object, rows: NDArray[np.int64], *, progress: Progress = silent) -> Adapter:
        texts, config = [*(self.texts[row] for row in rows), *self._said_texts()], self.config
        answers = np.concatenate([self.answers[rows], self._said()])
        return fit_adapter(network, texts, answers, config=config.adapt, seed=config.seed, progress=progress)

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
        """Part the rows from the codebook's sentences, and put neighbours beside them."""
        weight, rows = self.config.head.neighbours, vectors[: len(self.texts)]
        said = with_neighbours(vectors[len(self.texts) :], None, weight=weight)
        return Features(
            rows=with_neighbours(rows, self.passages, weight=weight),
            alone=with_neighbours(rows, None, weight=weight) if weight else None,
            codebook=said if len(said) else None,
            said=self._said() if len(said) else None,
        )


def plain_encoder(encoder: Encoder) -> SentenceEncoder:
    """Give the network behind the cache, which alone can be taught.

    Raises
    ------
    ConfigError
        When there is none.
    """
    inner = encoder.inner if isinstance(encoder, CachedEncoder) else encoder
    if not isinstance(inner, SentenceEncoder):
        raise ConfigError([f"adapt.epochs: cannot teach a {type(inner).__name__}; set adapt.epochs=0"])
    return inner
