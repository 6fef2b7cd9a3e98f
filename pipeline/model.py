"""``ThemeModel``: the only code that turns text into scores and scores into tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.codebook import Codebook
from pipeline.config import EncoderConfig, IngestConfig
from pipeline.embed import Encoder, TokenVectors
from pipeline.errors import DataError
from pipeline.ingest.clean import clean
from pipeline.learn.calibration import Decider
from pipeline.learn.heads import Heads
from pipeline.progress import Progress, silent

__all__ = ["Recipe", "Scored", "ThemeModel"]


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
    """

    encoder: EncoderConfig
    encoder_identity: str
    ingest: IngestConfig


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of n paragraphs.

    Parameters
    ----------
    scores
        float32 (n, t): calibrated probability of each theme.
    decisions
        bool (n, t): whether each theme is given.
    windows
        int32 (n,): in how many windows the encoder read each paragraph.
    """

    scores: NDArray[np.float32]
    decisions: NDArray[np.bool_]
    windows: NDArray[np.int32]


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
        Calibration and thresholds.
    encoder
        What gives the vectors; its identity must be the recipe's.
    provenance
        Hashes of what the model was made from: ``labels``, ``codebook``, ``config``.
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
    sha256: str = ""

    @property
    def themes(self) -> tuple[str, ...]:
        """Ids of the t themes, in column order."""
        return self.codebook.ids

    def score(self, texts: Sequence[str], *, progress: Progress = silent) -> Scored:
        """Score and decide paragraphs.

        Parameters
        ----------
        texts
            n paragraphs, as they stand; they are cleaned here as they were for training.

        Raises
        ------
        DataError
            When the encoder gives vectors that are not finite or of another width than the heads.
        """
        encoded = self.encoder.encode([clean(text) for text in texts], progress=progress)
        if not len(texts):
            empty = np.zeros((0, len(self.themes)), dtype=np.float32)
            return Scored(empty, empty.astype(bool), encoded.windows)
        width = self.heads.weight.shape[1]
        if encoded.vectors.shape[1] != width:
            raise DataError(
                f"model {self.name}",
                f"its heads take vectors of {width} numbers, the encoder gives {encoded.vectors.shape[1]}",
                "train again with this encoder",
            )
        scores = self.decider.scores(self.heads.logits(encoded.vectors))
        return Scored(scores, self.decider.decide(scores), encoded.windows)

    def contributions(self, text: str) -> tuple[TokenVectors, NDArray[np.float64]]:
        """Split each theme's log odds over the tokens of one cleaned paragraph.

        Returns
        -------
        tokens, shares
            Tokens with their spans in ``clean(text)``, and float64 (k, t) whose columns add up to the
            calibrated log odds less their constant part.
        """
        tokens = self.encoder.explain(clean(text))
        shares = tokens.parts.astype(np.float64) @ self.heads.weight.T.astype(np.float64)
        return tokens, shares * self.decider.slope

    def save(self, folder: Path, *, documents: dict[str, bytes]) -> ThemeModel:
        """Write the bundle and give the model with its hash; see ``pipeline.bundle``."""
        from pipeline.bundle import save_bundle

        return save_bundle(self, folder=folder, documents=documents)

    @classmethod
    def load(cls, folder: Path) -> ThemeModel:
        """Read a bundle after checking every file; see ``pipeline.bundle``."""
        from pipeline.bundle import load_bundle

        return load_bundle(folder)
