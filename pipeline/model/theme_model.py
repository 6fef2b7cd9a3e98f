"""``ThemeModel``: the only code that turns text into scores and scores into tags."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.schema import EncoderConfig, IngestConfig
from pipeline.encoders import CachedEncoder, Encoder, StaticEncoder, TokenVectors
from pipeline.errors import DataError
from pipeline.ingest.clean import clean
from pipeline.labels.codebook import Codebook
from pipeline.learning.calibration import Decider
from pipeline.learning.heads import Heads
from pipeline.learning.held_out import HeldOut
from pipeline.learning.neighbours import with_neighbours
from pipeline.learning.words import hash_words, word_parts
from pipeline.model.gate import GateRule, beside, runs
from pipeline.progress import Progress, silent

__all__ = ["BANDS", "PATHS", "YES", "Gate", "Recipe", "Scored", "ThemeModel", "TokenShares"]

BANDS = ("no", "review", "yes")
"""Names of the bands 0, 1 and 2."""
YES = BANDS.index("yes")
PATHS = ("full", "gate", "student")
"""Who decided a paragraph: the model, a gate that kept it from the model, or a student in the model's place."""


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
    words
        Columns on which the heads read hashed words beside the vectors; 0 without them.
    """

    encoder: EncoderConfig
    encoder_identity: str
    ingest: IngestConfig
    neighbours: float = 0.0
    words: int = 0


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
    path
        int8 (n,): who decided, a place in ``PATHS``. Where a gate did, windows, scores and logits are the student's,
        and every band is no.
    """

    scores: NDArray[np.float32]
    bands: NDArray[np.int8]
    windows: NDArray[np.int32]
    logits: NDArray[np.float64]
    path: NDArray[np.int8] = field(default_factory=lambda: np.zeros(0, dtype=np.int8))

    def __post_init__(self) -> None:
        """Take it that the model decided where nothing else is said."""
        if len(self.path) != len(self.scores):
            object.__setattr__(self, "path", np.zeros(len(self.scores), dtype=np.int8))

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
        Where heads read hashed words too, the words' spans and shares follow those of the tokens.
    shares
        float64 (k, t): a column adds up to the head output, less its bias and what the neighbours add.
    """

    spans: NDArray[np.int32]
    shares: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Gate:
    """A student in front of a model, which reads only what the student cannot exclude.

    Parameters
    ----------
    student
        Scores every paragraph; its themes are the model's.
    rule
        Which paragraphs pass.
    """

    student: ThemeModel
    rule: GateRule


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
    held_out
        Of its training rows; None for a model that was not trained but put together.
    sha256
        Of the bundle's ``model.json``; empty until saved.
    gate
        What it need not read; None when it reads everything.
    """

    name: str
    recipe: Recipe
    codebook: Codebook
    heads: Heads
    decider: Decider
    encoder: Encoder
    provenance: dict[str, str]
    held_out: HeldOut | None = None
    sha256: str = ""
    gate: Gate | None = None

    @property
    def full(self) -> ThemeModel:
        """The model without its gate."""
        return replace(self, gate=None)

    @property
    def is_student(self) -> bool:
        """Whether it was taught by another model, and not by people."""
        return "distilled_from" in self.provenance

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
        if self.gate is not None:
            return self._behind(self.gate, texts, articles=articles, watch=watch, progress=progress)
        cleaned = [clean(text) for text in texts]
        told = None if watch is None else lambda row, tokens: watch(row, self._shares(cleaned[row], tokens))
        encoded = self.encoder.encode(cleaned, watch=told, progress=progress)
        logits = self._logits(encoded.vectors, cleaned, articles)
        scores = self.decider.scores(logits)
        path = np.full(len(texts), PATHS.index("student" if self.is_student else "full"), dtype=np.int8)
        return Scored(scores, self.decider.bands(scores), encoded.windows, logits, path)

    def _behind(
        self,
        gate: Gate,
        texts: Sequence[str],
        *,
        articles: Sequence[str] | None,
        watch: Callable[[int, TokenShares], None] | None,
        progress: Progress,
    ) -> Scored:
        """Score what the gate passes exactly as without it, which takes the vectors of its neighbours too."""
        found = gate.student.score(texts, articles=articles)
        names = list(range(len(texts))) if articles is None else runs(articles)
        passed = gate.rule.passes(found.logits, names)
        rows = np.flatnonzero(beside(passed, names) if self.recipe.neighbours else passed).tolist()
        whole = self.full.score(
            [texts[row] for row in rows],
            articles=[str(names[row]) for row in rows],
            watch=None if watch is None else lambda place, shares: watch(rows[place], shares),
            progress=progress,
        )
        kept, bands = passed[rows], np.zeros_like(found.bands)
        bands[passed] = whole.bands[kept]
        scores, windows, logits = found.scores.copy(), found.windows.copy(), found.logits.copy()
        scores[passed], windows[passed], logits[passed] = whole.scores[kept], whole.windows[kept], whole.logits[kept]
        path = np.where(passed, PATHS.index("full"), PATHS.index("gate")).astype(np.int8)
        return Scored(scores, bands, windows, logits, path)

    def _logits(
        self, vectors: NDArray[np.float32], cleaned: Sequence[str], articles: Sequence[str] | None
    ) -> NDArray[np.float64]:
        if not len(vectors):
            return np.zeros((0, len(self.themes)))
        features = with_neighbours(vectors, articles, weight=self.recipe.neighbours)
        width = self.heads.weight.shape[1] - self.recipe.words
        if features.shape[1] != width:
            raise DataError(
                f"model {self.name}",
                f"its heads take {width} numbers a paragraph, the encoder gives {features.shape[1]}",
                "train again with this encoder",
            )
        words = hash_words(cleaned, columns=self.recipe.words) if self.recipe.words else None
        return self.heads.logits(features, words)

    def shares(self, text: str) -> TokenShares | None:
        """Split each theme's head output over the tokens of a paragraph; None when the encoder cannot."""
        cleaned = clean(text)
        tokens = self.encoder.explain(cleaned)
        return None if tokens is None else self._shares(cleaned, tokens)

    def shares_of(self, texts: Sequence[str]) -> list[TokenShares | None]:
        """Give ``shares`` of several paragraphs, read together, whatever the cache knows of their vectors."""
        cleaned = [clean(text) for text in texts]
        if isinstance(self.encoder, StaticEncoder):
            return [self._shares(*pair) for pair in zip(cleaned, self.encoder.explained(cleaned), strict=True)]
        first = self.shares(texts[0]) if texts else None
        if first is None:
            return [None] * len(texts)
        told: dict[int, TokenVectors] = {}
        inner = self.encoder.inner if isinstance(self.encoder, CachedEncoder) else self.encoder
        inner.encode(cleaned[1:], watch=told.__setitem__)
        pairs = enumerate(cleaned[1:])
        return [first, *(self._shares(text, told[row]) if row in told else self.shares(text) for row, text in pairs)]

    def _shares(self, cleaned: str, tokens: TokenVectors) -> TokenShares:
        own = self.heads.weight[:, : tokens.parts.shape[1]]  # what follows reads the neighbours
        # a matrix product as small as this would wait for threads longer than it works
        shares = TokenShares(tokens.spans, np.vecdot(tokens.parts[:, None, :], own).astype(np.float64))
        if not self.recipe.words:
            return shares
        spans, parts = word_parts(cleaned, self.heads.weight[:, -self.recipe.words :])
        return TokenShares(np.concatenate([shares.spans, spans]), np.concatenate([shares.shares, parts]))
