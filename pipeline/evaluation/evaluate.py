"""How good a model is: the record of a measurement, on held-out rows of its training and on other labels."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.schema import Config, EvaluationConfig
from pipeline.errors import DataError
from pipeline.evaluation.bands import Bands, describe_bands
from pipeline.evaluation.by_source import Sources, measure_sources
from pipeline.evaluation.leakage import joined_groups, unseen_scores, usable_rows
from pipeline.labels.table import label_table, labels_sha256, read_labels
from pipeline.learning.held_out import HeldOut
from pipeline.learning.metrics import Measures, measure
from pipeline.learning.thresholds import goals_of
from pipeline.model.bundle import BUNDLE
from pipeline.model.theme_model import ThemeModel
from pipeline.progress import Progress, silent

__all__ = ["Evaluation", "Measured", "evaluate", "evaluate_held_out", "measure_held_out", "stored_measures"]

_SEED = 7  # of the resampling: there is no training configuration to take it from


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
    by_source
        Of the model on its training labels when whole sources are held out instead of groups; None when not asked
        for, not possible, or when no row was in training.
    bands
        How much of these rows a person must read, and which stories that finds.
    origin
        On other labels: how many rows were scored ``live``, by their ``held_out`` score, and how many were
        ``left_out`` because their story was in training; empty for folds.
    sources
        On other labels: the rows that are new to the model, outlet by outlet.
    """

    rows: int
    groups: int
    folds: int
    confidence: float
    measures: Measures
    baselines: Mapping[str, Measures] = field(default_factory=dict)
    by_source: Measures | None = None
    bands: Bands | None = None
    origin: dict[str, int] = field(default_factory=dict)
    sources: Sources | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give plain dictionaries and numbers."""
        return {
            "rows": self.rows,
            "groups": self.groups,
            "folds": self.folds,
            "confidence": self.confidence,
            "measures": self.measures.as_dict(),
            "baselines": {name: measures.as_dict() for name, measures in self.baselines.items()},
            "by_source": None if self.by_source is None else self.by_source.as_dict(),
            "bands": None if self.bands is None else self.bands.as_dict(),
            **({"origin": self.origin} if self.origin else {}),
            **({"sources": asdict(self.sources)} if self.sources else {}),
        }


@dataclass(frozen=True, slots=True)
class Measured:
    """A model with what was measured of it on its n held-out rows.

    Parameters
    ----------
    model
        Fitted on all rows.
    config
        What it was made from.
    ids
        Of each row: the paragraph's id, or its key where that is not known any more.
    answers
        int8 (n, t): 1 yes, 0 no, -1 not asked or unsure.
    groups, fold
        int64 (n,): group and fold of each row.
    scores, decisions
        float32 and bool (n, t): held-out, with probabilities and thresholds chosen without the row's fold.
    evaluation
        Of these.
    """

    model: ThemeModel
    config: Config
    ids: Sequence[str]
    answers: NDArray[np.int8]
    groups: NDArray[np.int64]
    fold: NDArray[np.int64]
    scores: NDArray[np.float32]
    decisions: NDArray[np.bool_]
    evaluation: Evaluation


def evaluate_held_out(
    model: ThemeModel,
    config: Config,
    *,
    baselines: Mapping[str, Measures] | None = None,
    by_source: Measures | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.bool_], Evaluation]:
    """Measure a model on the held-out rows that it keeps; give their scores and decisions too.

    Parameters
    ----------
    baselines, by_source
        What else was measured on these rows.
    """
    held = model.held_out
    assert held is not None
    scores, decisions = held.decided(model.themes)
    evaluation = Evaluation(
        rows=len(held.keys),
        groups=len(np.unique(held.groups)),
        folds=len(np.unique(held.fold)),
        confidence=config.evaluation.confidence,
        measures=measure_held_out(held, scores, decisions, themes=model.themes, config=config),
        baselines=baselines or {},
        by_source=by_source,
        bands=describe_bands(
            model.decider,
            model.decider.scores(held.logits),
            held.answers,
            groups=held.groups,
            themes=model.themes,
            goals=goals_of(config.thresholds, model.themes),
        ),
    )
    return scores, decisions, evaluation


def measure_held_out(
    held: HeldOut,
    scores: NDArray[np.float32],
    decisions: NDArray[np.bool_],
    *,
    themes: tuple[str, ...],
    config: Config,
) -> Measures:
    """Measure scores and decisions (n, t) on held-out rows, as configured."""
    return measure(
        held.answers,
        scores,
        decisions,
        groups=held.groups,
        themes=themes,
        config=config.evaluation,
        seed=config.seed,
    )


def stored_measures(folder: Path) -> dict[str, Measures]:
    """Give what was measured beside a bundle's model, by name: its baselines, and ``by_source``.

    Raises
    ------
    DataError
        When its evaluation is not one of this version.
    """
    path = folder / BUNDLE.evaluation
    try:
        found = json.loads(path.read_bytes())
        beside = (found.get("baselines") or {}) | {"by_source": found.get("by_source")}
        return {name: Measures.from_dict(values) for name, values in beside.items() if values}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = f"not an evaluation of this version ({type(error).__name__})"
        raise DataError(path, problem, "train it again") from error


def evaluate(
    model: ThemeModel,
    labels: list[Path],
    *,
    config: EvaluationConfig,
    by_source: Measures | None = None,
    progress: Progress = silent,
) -> Evaluation:
    """Measure a model on labels, judged by its own codebook, without a paragraph that it has seen.

    Paragraphs that were in training count with their held-out scores; paragraphs that were not, but whose story
    was, are left out.

    Parameters
    ----------
    config
        Resamplings and coverage of the intervals.
    by_source
        What training measured with whole sources held out (``stored_measures``): told again when rows were in
        training, since nothing else can be said of these on reports unlike them.

    Raises
    ------
    DataError
        When the labels are wrong, are the ones of a model that keeps no held-out scores, or no paragraph is left.
    """
    judged = read_labels(labels, codebook=model.codebook)
    table = label_table(judged, codebook=model.codebook)
    together = joined_groups(table, near_duplicate=model.recipe.ingest.near_duplicate)
    unseen = unseen_scores(model, table, together=together, labels=labels_sha256(judged), progress=progress)
    use = usable_rows(unseen, answers=table.answers, labels=labels)
    answers, groups, origin = table.answers[use], together[use], unseen.counts()
    return Evaluation(
        rows=len(answers),
        groups=len(np.unique(groups)),
        folds=0,
        confidence=config.confidence,
        measures=measure(
            answers,
            unseen.scores[use],
            unseen.decisions[use],
            groups=groups,
            themes=model.themes,
            config=config,
            seed=_SEED,
        ),
        by_source=by_source if origin["held_out"] else None,
        bands=describe_bands(model.decider, unseen.calibrated[use], answers, groups=groups, themes=model.themes),
        origin=origin,
        sources=measure_sources(unseen, table, together=together, held_out=model.held_out, config=config, seed=_SEED),
    )
