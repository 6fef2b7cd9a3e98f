"""Labels to a trained, measured model."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.load import config_sha256, portable_config
from pipeline.configuration.schema import Config
from pipeline.encoders import Encoder, load_encoder, settled
from pipeline.errors import DataError
from pipeline.evaluation.card import model_card
from pipeline.evaluation.evaluate import Measured, evaluate_held_out, measure_held_out
from pipeline.evaluation.leakage import joined_groups
from pipeline.files import canonical_json
from pipeline.ingest.clean import clean
from pipeline.labels.codebook import read_codebook
from pipeline.labels.table import LabelTable, label_table, labels_sha256, read_labels
from pipeline.learning.baselines import tfidf_logits
from pipeline.learning.calibration import choose_decider
from pipeline.learning.heads import fit_heads, out_of_fold
from pipeline.learning.held_out import HeldOut, row_key, source_key
from pipeline.learning.metrics import Measures
from pipeline.learning.splits import folds, outlet, source_folds
from pipeline.learning.thresholds import with_goals
from pipeline.model.bundle import save_bundle
from pipeline.model.theme_model import Recipe, ThemeModel
from pipeline.progress import Progress, silent
from pipeline.training.training_data import Reading

__all__ = ["Trained", "train"]

_FEWEST_GROUPS = 2  # with one, the theme's only stories would always be in training or never


@dataclass(frozen=True, slots=True)
class Trained(Measured):
    """A trained model with all that was learned about it.

    Parameters
    ----------
    table
        The judged paragraphs it was trained on, one for each held-out row.
    """

    table: LabelTable

    def save(self, folder: Path) -> ThemeModel:
        """Write the bundle: the model, its card, its evaluation and its configuration."""
        documents = {
            "README.md": model_card(self.model, evaluation=self.evaluation.as_dict()).encode("utf-8"),
            "evaluation.json": canonical_json(self.evaluation.as_dict()),
            "config.json": canonical_json(portable_config(self.config)),
        }
        return save_bundle(self.model, folder=folder, documents=documents)


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
    together = joined_groups(table, near_duplicate=config.ingest.near_duplicate)
    _check_support(table, together)
    settings = config.encoder if encoder else settled(config.encoder)
    encoder = encoder or load_encoder(settings)
    reading = Reading(texts, table.passages, table.answers, encoder, codebook, config, progress, table.unsure)
    fold = folds(table.answers, groups=together, n=config.folds.n, seed=config.seed)
    logits = out_of_fold(reading.features, table.answers, fold=fold, config=config.head, progress=progress)
    held = HeldOut(
        keys=tuple(row_key(text) for text in texts),
        groups=together,
        fold=fold,
        answers=table.answers,
        logits=logits,
        calibration=config.calibration,
        thresholds=config.thresholds,
        sources=tuple(source_key(outlet(source)) for source in table.sources),
    )
    encoder, features = reading.whole()
    model = ThemeModel(
        name=config.name,
        recipe=Recipe(settings, encoder.identity, config.ingest, config.head.neighbours, config.head.words),
        codebook=codebook,
        heads=fit_heads(features.lesson(table.answers, np.ones(len(texts), dtype=bool)), config=config.head),
        decider=choose_decider(logits, table.answers, groups=together, themes=codebook.ids, config=config),
        encoder=encoder,
        provenance=found,
        held_out=held,
    )
    progress("measure", 0, None)
    scores, decisions, evaluation = evaluate_held_out(
        model,
        config,
        baselines=_baselines(texts, held, themes=codebook.ids, config=config, progress=progress),
        by_source=_by_source(reading, table.sources, held, themes=codebook.ids, config=config, progress=progress),
    )
    return Trained(model, config, table.ids, table.answers, together, fold, scores, decisions, evaluation, table)


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


def _by_source(
    reading: Reading,
    sources: Sequence[str],
    held: HeldOut,
    *,
    themes: tuple[str, ...],
    config: Config,
    progress: Progress,
) -> Measures | None:
    """Measure with whole sources held out: how the model fares on reports unlike its own."""
    if not config.evaluation.sources:
        return None
    fold = source_folds(sources, groups=held.groups, n=config.evaluation.sources)
    if fold is None:
        return None
    logits = out_of_fold(
        reading.features,
        held.answers,
        fold=fold,
        config=config.head,
        progress=lambda _, done, total: progress("hold out sources", done, total),
    )
    apart = dataclasses.replace(held, fold=fold, logits=logits)
    return measure_held_out(apart, *apart.decided(themes), themes=themes, config=config)


def _baselines(
    texts: list[str], held: HeldOut, *, themes: tuple[str, ...], config: Config, progress: Progress
) -> dict[str, Measures]:
    if not config.evaluation.baselines:
        return {}
    nothing = np.zeros(held.answers.shape, dtype=np.float32)
    words = dataclasses.replace(held, logits=tfidf_logits(texts, held.answers, fold=held.fold, progress=progress))
    return {
        "always_no": measure_held_out(held, nothing, nothing.astype(bool), themes=themes, config=config),
        "tfidf": measure_held_out(words, *words.decided(themes), themes=themes, config=config),
    }
