"""Labels to a trained, measured model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.card import model_card
from pipeline.codebook import read_codebook
from pipeline.coding.judged import LabelTable, label_table, labels_sha256, read_labels
from pipeline.config import Config, EvaluationConfig
from pipeline.configfile import config_sha256, portable_config
from pipeline.embed import Encoder, load_encoder
from pipeline.errors import DataError
from pipeline.evaluation import Evaluation
from pipeline.files import canonical_json
from pipeline.ingest.clean import clean
from pipeline.ingest.clusters import groups
from pipeline.learn.bands import describe_bands
from pipeline.learn.baselines import tfidf_logits
from pipeline.learn.calibration import choose_decider, held_out_scores
from pipeline.learn.heads import fit_heads, out_of_fold
from pipeline.learn.heldout import HeldOut, row_key
from pipeline.learn.metrics import Measures, measure
from pipeline.learn.splits import folds, join_groups, source_folds
from pipeline.learn.thresholds import goals_of, with_goals
from pipeline.model import Recipe, ThemeModel
from pipeline.progress import Progress, silent
from pipeline.reading import Reading

__all__ = ["Trained", "train"]

_FEWEST_GROUPS = 2  # with one, the theme's only stories would always be in training or never


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
    config = config.model_copy(update={"thresholds": with_goals(config.thresholds, codebook)})
    judged = read_labels(config.labels, codebook=codebook)
    found = {"labels": labels_sha256(judged), "codebook": codebook.sha256, "config": config_sha256(config)}
    _check_expected(found, expected or {})
    table = label_table(judged, codebook=codebook)
    texts = [clean(text) for text in table.texts]
    progress("group stories", 0, None)
    together = join_groups(table.articles, table.stories, groups(texts, threshold=config.ingest.near_duplicate))
    _check_support(table, together)
    encoder = encoder or load_encoder(config.encoder)
    reading = Reading(texts, table.passages, table.answers, encoder, codebook, config, progress)
    fold = folds(table.answers, groups=together, n=config.folds.n, seed=config.seed)
    logits = out_of_fold(reading.features, table.answers, fold=fold, config=config.head, progress=progress)
    scores, decisions = _held_out(logits, table, fold=fold, config=config)
    decider = choose_decider(logits, table.answers, groups=together, themes=codebook.ids, config=config)
    encoder, adapter, features = reading.whole()
    model = ThemeModel(
        name=config.name,
        recipe=Recipe(config.encoder, encoder.identity, config.ingest, config.head.neighbours),
        codebook=codebook,
        heads=fit_heads(features.lesson(table.answers, np.ones(len(texts), dtype=bool)), config=config.head),
        decider=decider,
        encoder=encoder,
        provenance=found,
        adapter=adapter,
        held_out=HeldOut(
            keys=tuple(row_key(text) for text in texts),
            groups=together,
            fold=fold,
            answers=table.answers,
            logits=logits,
            calibration=config.calibration,
            thresholds=config.thresholds,
        ),
    )
    progress("measure", 0, None)
    evaluation = Evaluation(
        rows=len(texts),
        groups=len(np.unique(together)),
        folds=config.folds.n,
        confidence=config.evaluation.confidence,
        measures=_measure(table, scores, decisions, together, config.evaluation, config.seed),
        baselines=_baselines(texts, table, fold, together, config=config, progress=progress),
        by_source=_by_source(reading, table, together, config=config, progress=progress),
        bands=describe_bands(
            decider,
            decider.scores(logits),
            table.answers,
            groups=together,
            themes=codebook.ids,
            goals=goals_of(config.thresholds, codebook.ids),
        ),
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
        logits,
        table.answers,
        fold=fold,
        calibration=config.calibration,
        thresholds=config.thresholds,
        themes=table.codebook_ids,
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


def _by_source(
    reading: Reading, table: LabelTable, together: NDArray[np.int64], *, config: Config, progress: Progress
) -> Measures | None:
    """Measure with whole sources held out: how the model fares on reports unlike its own."""
    if not config.evaluation.sources:
        return None
    fold = source_folds(table.sources, groups=together, n=config.evaluation.sources)
    if fold is None:
        return None
    logits = out_of_fold(
        reading.features,
        table.answers,
        fold=fold,
        config=config.head,
        progress=lambda _, done, total: progress("hold out sources", done, total),
    )
    scores, decisions = _held_out(logits, table, fold=fold, config=config)
    return _measure(table, scores, decisions, together, config.evaluation, config.seed)


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
