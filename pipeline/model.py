"""``ThemeModel``: the only code that turns text into scores and scores into tags."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.codebook import Codebook
from pipeline.config import EncoderConfig, IngestConfig
from pipeline.embed import Adapter, Encoder, TokenVectors
from pipeline.errors import DataError
from pipeline.ingest.clean import clean
from pipeline.learn.calibration import Decider
from pipeline.learn.heads import Heads
from pipeline.learn.heldout import HeldOut
from pipeline.learn.neighbours import with_neighbours
from pipeline.progress import Progress, silent

__all__ = ["BANDS", "YES", "Recipe", "Scored", "ThemeModel", "TokenShares"]

BANDS = ("no", "review", "yes")
"""Names of the bands 0, 1 and 2."""
YES = BANDS.index("yes")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How text is cut and embedded: it travels with the model, and tagging has no option that changes it.

    Parameters
    ----------
    encoder
        As configured.
    encoder_identity
        Hash of everything that can change a vector.
    ingest
        How articles are cut into paragraphs.
    neighbours
        Weight of the vectors of the paragraphs before and after, beside a paragraph's own; 0 without them.
    """

    encoder: EncoderConfig
    encoder_identity: str
    ingest: IngestConfig
    neighbours: float = 0.0


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of n paragraphs.

    Parameters
    ----------
    scores
        float32 (n, t): calibrated probability of each theme.
    bands
        int8 (n, t): 0 no, 1 review (a person should look), 2 yes (the theme is given).
    windows
        int32 (n,): in how many windows the encoder read each paragraph.
    logits
        float64 (n, t): head outputs, before calibration.
    """

    scores: NDArray[np.float32]
    bands: NDArray[np.int8]
    windows: NDArray[np.int32]
    logits: NDArray[np.float64]

    @property
    def decisions(self) -> NDArray[np.bool_]:
        """Whether each theme is given, bool (n, t)."""
        return np.asarray(self.bands == YES)


@dataclass(frozen=True, slots=True)
class TokenShares:
    """Head outputs of a paragraph as sums over its tokens.

    Parameters
    ----------
    spans
        int32 (k, 2): character span of each token in the cleaned text; (0, 0) for the encoder's special tokens.
    shares
        float64 (k, t): a column adds up to the head output, less its bias and what the neighbours add.
    """

    spans: NDArray[np.int32]
    shares: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ThemeModel:
    """A trained model: recipe, codebook, heads, probabilities and thresholds.

    Parameters
    ----------
    name
        Name of the bundle.
    recipe
        How text is cut and embedded.
    codebook
        Meaning and order of the t themes.
    heads
        Linear heads over the encoder's vectors.
    decider
        Calibration, thresholds and floors.
    encoder
        What gives the vectors; its identity must be the recipe's.
    provenance
        Hashes of what the model was made from: ``labels``, ``codebook``, ``config``.
    adapter
        What the encoder was taught; None when it is as published.
    held_out
        Of its training rows; None for a model that was not trained but put together.
    sha256
        Of the bundle's ``model.json``; empty until saved.
    """

    name: str
    recipe: Recipe
    codebook: Codebook
    heads: Heads
    decider: Decider
    encoder: Encoder
    provenance: dict[str, str]
    adapter: Adapter | None = None
    held_out: HeldOut | None = None
    sha256: str = ""

    @property
    def themes(self) -> tuple[str, ...]:
        """Ids of the t themes, in column order."""
        return self.codebook.ids

    def score(
        self,
        texts: Sequence[str],
        *,
        articles: Sequence[str] | None = None,
        watch: Callable[[int, TokenShares], None] | None = None,
        progress: Progress = silent,
    ) -> Scored:
        """Score and decide paragraphs.

        Parameters
        ----------
        texts
            n paragraphs, as they stand; they are cleaned here as they were for training.
        articles
            The article of each, those of one article together and in order, so that each is read with its
            neighbours; None when every paragraph stands alone.
        watch
            Told the row and its tokens' shares, from the same pass, for the texts that were read and not found
            in the cache; see ``shares``.

        Raises
        ------
        DataError
            When the encoder gives vectors that are not finite or of another width than the heads.
        """
        told = None if watch is None else lambda row, tokens: watch(row, self._shares(tokens))
        encoded = self.encoder.encode([clean(text) for text in texts], watch=told, progress=progress)
        logits = self._logits(encoded.vectors, articles)
        scores = self.decider.scores(logits)
        return Scored(scores, self.decider.bands(scores), encoded.windows, logits)

    def _logits(self, vectors: NDArray[np.float32], articles: Sequence[str] | None) -> NDArray[np.float64]:
        if not len(vectors):
            return np.zeros((0, len(self.themes)))
        features = with_neighbours(vectors, articles, weight=self.recipe.neighbours)
        width = self.heads.weight.shape[1]
        if features.shape[1] != width:
            raise DataError(
                f"model {self.name}",
                f"its heads take {width} numbers a paragraph, the encoder gives {features.shape[1]}",
                "train again with this encoder",
            )
        return self.heads.logits(features)

    def shares(self, text: str) -> TokenShares | None:
        """Split each theme's head output over the tokens of a paragraph; None when the encoder cannot."""
        tokens = self.encoder.explain(clean(text))
        return None if tokens is None else self._shares(tokens)

    def _shares(self, tokens: TokenVectors) -> TokenShares:
        own = self.heads.weight[:, : tokens.parts.shape[1]].astype(np.float64)  # the rest reads the neighbours
        return TokenShares(tokens.spans, tokens.parts.astype(np.float64) @ own.T)

    def save(self, folder: Path, *, documents: dict[str, bytes]) -> ThemeModel:
        """Write the bundle and give the model with its hash; see ``pipeline.bundle``."""
        from pipeline.bundle import save_bundle

        return save_bundle(self, folder=folder, documents=documents)

    @classmethod
    def load(cls, folder: Path) -> ThemeModel:
        """Read a bundle after checking every file; see ``pipeline.bundle``."""
        from pipeline.bundle import load_bundle

        return load_bundle(folder)
