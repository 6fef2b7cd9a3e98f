"""How good a model is: the record of a measurement, and the measurement on labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.coding.judged import label_table, labels_sha256, read_labels
from pipeline.comparing import joined_groups, unseen_scores, usable_rows
from pipeline.config import EvaluationConfig
from pipeline.learn.bands import Bands, describe_bands
from pipeline.learn.metrics import Measures, measure
from pipeline.model import ThemeModel
from pipeline.progress import Progress, silent

__all__ = ["Evaluation", "evaluate"]

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
        Of the model when whole sources are held out instead of groups; None when not asked for or not possible.
    bands
        How much of these rows a person must read, and which stories that finds.
    origin
        On other labels: how many rows were scored ``live``, by their ``held_out`` score, and how many were
        ``left_out`` because their story was in training; empty for folds.
    """

    rows: int
    groups: int
    folds: int
    confidence: float
    measures: Measures
    baselines: dict[str, Measures]
    by_source: Measures | None = None
    bands: Bands | None = None
    origin: dict[str, int] = field(default_factory=dict)

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
        }


def evaluate(
    model: ThemeModel, labels: list[Path], *, config: EvaluationConfig, progress: Progress = silent
) -> Evaluation:
    """Measure a model on labels, judged by its own codebook, without a paragraph that it has seen.

    Paragraphs that were in training count with their held-out scores; paragraphs that were not, but whose story
    was, are left out.

    Parameters
    ----------
    config
        Resamplings and coverage of the intervals.

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
    answers, together = table.answers[use], together[use]
    return Evaluation(
        rows=len(answers),
        groups=len(np.unique(together)),
        folds=0,
        confidence=config.confidence,
        measures=measure(
            answers,
            unseen.scores[use],
            unseen.decisions[use],
            groups=together,
            themes=model.themes,
            config=config,
            seed=_SEED,
        ),
        baselines={},
        bands=describe_bands(model.decider, unseen.calibrated[use], answers, groups=together, themes=model.themes),
        origin=unseen.counts(),
    )
