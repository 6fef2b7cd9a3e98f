"""From a teacher's scores of paragraphs to a student that gives nearly the same."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.goals import Goal
from pipeline.distillation.dump_sample import Passages
from pipeline.distillation.student_features import Fitted, Pages, fit_student
from pipeline.distillation.token_vectors import reduced, token_texts, token_vectors
from pipeline.encoders import StaticEncoder, TokenTable, read_tokenizer
from pipeline.ingest.clean import clean
from pipeline.learning.calibration import Decider
from pipeline.learning.promises import UNPROMISED
from pipeline.learning.thresholds import choose_threshold
from pipeline.model.theme_model import YES, Recipe, Scored, ThemeModel
from pipeline.progress import Progress, silent
from pipeline.records import digest

__all__ = ["Taught", "out_of_group", "start_encoder", "taught_student"]

_FARTHEST = 4.0  # log odds from the threshold beyond which the teacher is simply sure
_PART = 2048  # paragraphs scored at once
_WHY = "a student's; ask its teacher"


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """What a teacher says of n paragraphs.

    Parameters
    ----------
    scores
        float32 (n, t).
    yes, to_read
        bool (n, t): in the band yes; in yes or review.
    logits
        float64 (n, t): its head outputs.
    """

    scores: NDArray[np.float32]
    yes: NDArray[np.bool_]
    to_read: NDArray[np.bool_]
    logits: NDArray[np.float64]

    @classmethod
    def by(cls, model: ThemeModel, passages: Passages, *, progress: Progress = silent) -> Taught:
        """Score paragraphs, some thousand at a time, no article in two parts."""
        parts, total = [], len(passages.texts)
        for first, last in _parts(passages.articles):
            parts.append(_scored(model, passages, first, last, progress=progress, total=total))
        return cls(
            np.concatenate([part.scores for part in parts]),
            np.concatenate([part.bands == YES for part in parts]),
            np.concatenate([part.bands > 0 for part in parts]),
            np.concatenate([part.logits for part in parts]),
        )

    def take(self, rows: NDArray[np.bool_]) -> Taught:
        """Give the rows that bool (n,) names."""
        return Taught(self.scores[rows], self.yes[rows], self.to_read[rows], self.logits[rows])

    def and_nothing_in(self, count: int) -> Taught:
        """Add rows in which there is no theme, whatever the teacher would say of them."""
        none = np.zeros((count, self.yes.shape[1]))
        return Taught(
            np.vstack([self.scores, none.astype(np.float32)]),
            np.vstack([self.yes, none.astype(bool)]),
            np.vstack([self.to_read, none.astype(bool)]),
            np.vstack([self.logits, none]),
        )

    def targets(self, threshold: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give what a student learns: the log odds of the scores, cut off where they are far from the threshold."""
        centre = _log_odds(np.where(threshold <= 1, threshold, 0.5))
        return np.clip(_log_odds(self.scores.astype(np.float64)), centre - _FARTHEST, centre + _FARTHEST)


def _scored(model: ThemeModel, passages: Passages, first: int, last: int, *, progress: Progress, total: int) -> Scored:
    return model.score(
        passages.texts[first:last],
        articles=passages.articles[first:last],
        progress=lambda _, done, __: progress("score with the teacher", min(first + done, last), total),
    )


def _parts(articles: list[str]) -> list[tuple[int, int]]:
    """Give ranges of about ``_PART`` rows that end where an article does."""
    ends = [row for row in range(1, len(articles)) if articles[row] != articles[row - 1]] + [len(articles)]
    parts, first = [], 0
    for end in ends:
        if end - first >= _PART or end == len(articles):
            parts.append((first, end))
            first = end
    return parts


def _log_odds(chance: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.clip(chance, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(inside / (1 - inside)))


def start_encoder(
    teacher: ThemeModel, tokenizer: bytes, texts: list[str], *, width: int, progress: Progress = silent
) -> StaticEncoder:
    """Give the student's encoder as it begins: the teacher's vectors of single tokens, reduced to ``width``.

    Parameters
    ----------
    tokenizer
        Content of a ``tokenizer.json``.
    texts
        Cleaned paragraphs to learn from: how common tokens are is counted there.
    """
    library = read_tokenizer(tokenizer)
    size = library.get_vocab_size()
    vectors = token_vectors(teacher.encoder, token_texts(library), progress=progress)
    blank = StaticEncoder(TokenTable.of(np.zeros((size, 0)), np.zeros((size, 0))), tokenizer)
    counts = np.bincount([token for one in blank.tokens(texts) for token in one], minlength=size)
    return StaticEncoder(TokenTable.of(reduced(vectors, counts, width=width), np.zeros((size, 0))), tokenizer)


def out_of_group(
    pages: Pages, targets: NDArray[np.float64], *, fold: NDArray[np.int64], progress: Progress = silent
) -> NDArray[np.float64]:
    """Give every row the head outputs of a student that never saw its group, float64 (n, t)."""
    logits = np.zeros(targets.shape)
    numbers = np.unique(fold)
    for done, number in enumerate(numbers):
        progress("fit students", done, len(numbers) + 1)
        fitted = fit_student(pages, targets, learned=fold != number)
        logits[fold == number] = fitted.logits(pages)[fold == number]
    return logits


def taught_student(
    teacher: ThemeModel,
    encoder: StaticEncoder,
    fitted: Fitted,
    *,
    name: str,
    unseen: NDArray[np.float64],
    taught: Taught,
    passages: Passages,
) -> ThemeModel:
    """Put the student together; its probabilities and bands are chosen on out-of-group outputs.

    Parameters
    ----------
    unseen
        float64 (n, t), from ``out_of_group``, for the n paragraphs learned from.
    taught, passages
        What the teacher says of them, and they.
    """
    encoder, heads = fitted.assembled(encoder)
    recipe = Recipe(
        teacher.recipe.encoder, encoder.identity, teacher.recipe.ingest, neighbours=teacher.recipe.neighbours
    )
    return ThemeModel(
        name=name,
        recipe=recipe,
        codebook=teacher.codebook,
        heads=heads,
        decider=_decider(unseen, taught),
        encoder=encoder,
        provenance={
            **{key: teacher.provenance[key] for key in ("labels", "codebook", "config")},
            "distilled_from": teacher.sha256,
            "paragraphs": digest(*(clean(text) for text in passages.texts)),
        },
    )


def _decider(unseen: NDArray[np.float64], taught: Taught) -> Decider:
    """Choose probabilities that are the teacher's on average, and thresholds with the best F1 against its yes.

    There is no band `review`: it would have to promise something.
    """
    from sklearn.linear_model import LogisticRegression

    themes = unseen.shape[1]
    slope, intercept = np.ones(themes), np.zeros(themes)
    both = np.repeat([1, 0], len(unseen))  # each row counts as yes and as no, by the teacher's score
    for theme in range(themes):
        score = np.clip(taught.scores[:, theme].astype(np.float64), 1e-4, 1 - 1e-4)
        fit = LogisticRegression(C=1e6, max_iter=1000)
        fit.fit(np.tile(unseen[:, [theme]], (2, 1)), both, sample_weight=np.concatenate([score, 1 - score]))
        if fit.coef_[0, 0] > 0:
            slope[theme], intercept[theme] = fit.coef_[0, 0], fit.intercept_[0]
    plain = Decider(slope, intercept, np.full(themes, 2.0))
    scores, best = plain.scores(unseen), Goal.of("f1")
    chosen = [choose_threshold(scores[:, theme], taught.yes[:, theme], goal=best) for theme in range(themes)]
    nothing = (dataclasses.replace(UNPROMISED, why=_WHY),) * themes
    return dataclasses.replace(plain, threshold=np.array(chosen), floor=np.array(chosen), promises=nothing)
