"""Labels to a trained, measured model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.card import model_card
from pipeline.codebook import read_codebook
from pipeline.coding.judged import LabelTable, label_table, labels_sha256, read_labels
from pipeline.config import Config, EvaluationConfig
from pipeline.configfile import config_sha256, portable_config
from pipeline.embed import Encoder, load_encoder
from pipeline.errors import DataError
from pipeline.files import canonical_json
from pipeline.ingest.clean import clean
from pipeline.ingest.clusters import groups
from pipeline.learn.baselines import tfidf_logits
from pipeline.learn.calibration import fit_decider, held_out_scores
from pipeline.learn.heads import fit_heads, out_of_fold
from pipeline.learn.metrics import Measures, measure
from pipeline.learn.splits import folds, join_groups
from pipeline.model import Recipe, ThemeModel
from pipeline.progress import Progress, silent

__all__ = ["Evaluation", "Trained", "evaluate", "train"]

_SEED = 7  # of the resampling when there is no training configuration to take it from
_FEWEST_GROUPS = 2  # with one, the theme's only stories would always be in training or never


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How good a model is on paragraphs whose group it never saw.

    Parameters
    ----------
    rows, groups, folds
        Judged paragraphs, groups of them, and folds (0: measured on other labels, without folds).
    confidence
        Coverage of every interval.
    measures
        Of the model.
    baselines
        Of ``always_no`` and ``tfidf`` on the same rows and folds; empty when not asked for.
    """

    rows: int
    groups: int
    folds: int
    confidence: float
    measures: Measures
    baselines: dict[str, Measures]

    def as_dict(self) -> dict[str, Any]:
        """Give plain dictionaries and numbers."""
        return {
            "rows": self.rows,
            "groups": self.groups,
            "folds": self.folds,
            "confidence": self.confidence,
            "measures": self.measures.as_dict(),
            "baselines": {name: measures.as_dict() for name, measures in self.baselines.items()},
        }


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained model with all that was learned about it.

    Parameters
    ----------
    model
        Fitted on all rows.
    config
        What it was trained from.
    table
        The judged paragraphs, n rows.
    groups, fold
        int64 (n,): group and fold of each row.
    scores, decisions
        float32 and bool (n, t): held-out, with probabilities and thresholds chosen without the row's fold.
    evaluation
        Of these.
    """

    model: ThemeModel
    config: Config
    table: LabelTable
    groups: NDArray[np.int64]
    fold: NDArray[np.int64]
    scores: NDArray[np.float32]
    decisions: NDArray[np.bool_]
    evaluation: Evaluation

    def save(self, folder: Path) -> ThemeModel:
        """Write the bundle: the model, its card, its evaluation and its configuration."""
        documents = {
            "README.md": model_card(self.model, evaluation=self.evaluation.as_dict()).encode("utf-8"),
            "evaluation.json": canonical_json(self.evaluation.as_dict()),
            "config.json": canonical_json(portable_config(self.config)),
        }
        return self.model.save(folder, documents=documents)


def train(
    config: Config,
    *,
    encoder: Encoder | None = None,
    expected: Mapping[str, str] | None = None,
    progress: Progress = silent,
) -> Trained:
    """Train and measure a model.

    Parameters
    ----------
    config
        What to train from, with absolute paths.
    encoder
        Instead of the configured one; for tests and for encoders of your own.
    expected
        Hashes of ``labels`` and ``codebook`` that a repeated run must find again.

    Raises
    ------
    DataError
        When labels are wrong or not the expected ones, or a theme is yes (or no) in fewer than two groups.
    """
    codebook = read_codebook(config.codebook)
    judged = read_labels(config.labels, codebook=codebook)
    found = {"labels": labels_sha256(judged), "codebook": codebook.sha256, "config": config_sha256(config)}
    _check_expected(found, expected or {})
    table = label_table(judged, codebook=codebook)
    texts = [clean(text) for text in table.texts]
    progress("group stories", 0, None)
    together = join_groups(table.articles, table.stories, groups(texts, threshold=config.ingest.near_duplicate))
    _check_support(table, together)
    encoder = encoder or load_encoder(config.encoder)
    vectors = encoder.encode(texts, progress=progress).vectors
    fold = folds(table.answers, groups=together, n=config.folds.n, seed=config.seed)
    logits = out_of_fold(vectors, table.answers, fold=fold, config=config.head, progress=progress)
    scores, decisions = _held_out(logits, table, fold=fold, config=config)
    decider = fit_decider(logits, table.answers, calibration=config.calibration, thresholds=config.thresholds)
    model = ThemeModel(
        name=config.name,
        recipe=Recipe(config.encoder, encoder.identity, config.ingest),
        codebook=codebook,
        heads=fit_heads(vectors, table.answers, config=config.head),
        decider=decider,
        encoder=encoder,
        provenance=found,
    )
    progress("measure", 0, None)
    evaluation = Evaluation(
        rows=len(texts),
        groups=len(np.unique(together)),
        folds=config.folds.n,
        confidence=config.evaluation.confidence,
        measures=_measure(table, scores, decisions, together, config.evaluation, config.seed),
        baselines=_baselines(texts, table, fold, together, config=config, progress=progress),
    )
    return Trained(model, config, table, together, fold, scores, decisions, evaluation)


def _check_expected(found: Mapping[str, str], expected: Mapping[str, str]) -> None:
    for what, wanted in expected.items():
        if found[what] != wanted:
            raise DataError(
                what,
                f"not what the run was made from, found {found[what][:16]}, recorded {wanted[:16]}",
                "bring back the files of that time, or train from a configuration",
            )


def _check_support(table: LabelTable, together: NDArray[np.int64]) -> None:
    for theme, column in zip(table.codebook_ids, table.answers.T, strict=True):
        for answer, word in ((1, "yes"), (0, "no")):
            found = len(np.unique(together[column == answer]))
            if found < _FEWEST_GROUPS:
                raise DataError(
                    f"theme {theme!r}",
                    f"judged {word} in too few stories, found {found}",
                    f"judge at least {_FEWEST_GROUPS} (better 20), or take the theme out of the codebook",
                )


def _held_out(
    logits: NDArray[np.float64], table: LabelTable, *, fold: NDArray[np.int64], config: Config
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    return held_out_scores(
        logits, table.answers, fold=fold, calibration=config.calibration, thresholds=config.thresholds
    )


def _measure(
    table: LabelTable,
    scores: NDArray[np.float32],
    decisions: NDArray[np.bool_],
    together: NDArray[np.int64],
    config: EvaluationConfig,
    seed: int,
) -> Measures:
    return measure(
        table.answers,
        scores,
        decisions,
        groups=together,
        themes=table.codebook_ids,
        config=config,
        seed=seed,
    )


def _baselines(
    texts: list[str],
    table: LabelTable,
    fold: NDArray[np.int64],
    together: NDArray[np.int64],
    *,
    config: Config,
    progress: Progress,
) -> dict[str, Measures]:
    if not config.evaluation.baselines:
        return {}
    nothing = np.zeros(table.answers.shape, dtype=np.float32)
    logits = tfidf_logits(texts, table.answers, fold=fold, progress=progress)
    scores, decisions = _held_out(logits, table, fold=fold, config=config)
    return {
        "always_no": _measure(table, nothing, nothing.astype(bool), together, config.evaluation, config.seed),
        "tfidf": _measure(table, scores, decisions, together, config.evaluation, config.seed),
    }


def evaluate(
    model: ThemeModel, labels: list[Path], *, config: EvaluationConfig, progress: Progress = silent
) -> Evaluation:
    """Measure a model on other labels, judged by the model's own codebook.

    Parameters
    ----------
    config
        Resamplings and coverage of the intervals.

    Raises
    ------
    DataError
        When the labels are wrong or are the ones the model was trained on.
    """
    judged = read_labels(labels, codebook=model.codebook)
    if labels_sha256(judged) == model.provenance.get("labels"):
        raise DataError(
            " ".join(map(str, labels)),
            f"the model {model.name} was trained on these labels",
            "name other labels; its held-out figures stand in its evaluation.json",
        )
    table = label_table(judged, codebook=model.codebook)
    scored = model.score(table.texts, progress=progress)
    near = groups([clean(text) for text in table.texts], threshold=model.recipe.ingest.near_duplicate)
    together = join_groups(table.articles, table.stories, near)
    return Evaluation(
        rows=len(table.texts),
        groups=len(np.unique(together)),
        folds=0,
        confidence=config.confidence,
        measures=_measure(table, scored.scores, scored.decisions, together, config, _SEED),
        baselines={},
    )
