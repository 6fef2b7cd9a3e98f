"""What a model says of judged paragraphs, without a paragraph that it has seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.evaluation.unseen_rows import Origin, origin_of
from pipeline.ingest.clean import clean
from pipeline.ingest.duplicates.clusters import groups
from pipeline.labels.table import LabelTable
from pipeline.learning.held_out import row_key
from pipeline.learning.splits import join_groups
from pipeline.model.theme_model import ThemeModel
from pipeline.progress import Progress, silent

__all__ = ["Unseen", "joined_groups", "unseen_scores", "usable_rows"]


@dataclass(frozen=True, slots=True)
class Unseen:
    """What a model says of judged paragraphs that it has not seen.

    Parameters
    ----------
    scores, decisions
        float32 and bool (n, t), of rows in training chosen without their fold; of rows that are left out they
        mean nothing.
    calibrated
        float32 (n, t): the same head outputs by the model's own calibration, in which its bands are set.
    origin
        Which rows were scored live, by their held-out score, or not at all.
    knows_training
        Whether the model says what it was trained on; without, every row is scored live.
    """

    scores: NDArray[np.float32]
    decisions: NDArray[np.bool_]
    calibrated: NDArray[np.float32]
    origin: Origin
    knows_training: bool

    def counts(self) -> dict[str, int]:
        """Count rows scored ``live``, ``held_out`` (in training) and ``left_out`` (their story was in training)."""
        live, held_out = int(self.origin.live.sum()), int((self.origin.held_out >= 0).sum())
        return {"live": live, "held_out": held_out, "left_out": len(self.scores) - live - held_out}


def joined_groups(table: LabelTable, *, near_duplicate: float) -> NDArray[np.int64]:
    """Join judged paragraphs by article, story and near-duplicates, int64 (n,)."""
    near = groups([clean(text) for text in table.texts], threshold=near_duplicate)
    return join_groups(table.articles, table.stories, near)


def unseen_scores(
    model: ThemeModel,
    table: LabelTable,
    *,
    together: NDArray[np.int64],
    labels: str,
    progress: Progress = silent,
) -> Unseen:
    """Score judged paragraphs so that none is measured by a model that has seen its story.

    Parameters
    ----------
    table
        n judged paragraphs.
    together
        int64 (n,): their groups, from ``joined_groups``.
    labels
        ``labels_sha256`` of them.

    Raises
    ------
    DataError
        When these are the training labels of a model that keeps no held-out scores.
    """
    held = model.held_out
    if held is None and labels == model.provenance.get("labels"):
        raise DataError(
            f"model {model.name}",
            f"was trained on these labels ({labels[:16]}) and keeps no held-out scores",
            "name other labels, or train it again; its figures stand in its evaluation.json",
        )
    origin = origin_of([row_key(clean(text)) for text in table.texts], groups=together, held_out=held)
    scores = np.zeros((len(table.texts), len(model.themes)), dtype=np.float32)
    decisions, calibrated = np.zeros(scores.shape, dtype=bool), np.zeros(scores.shape, dtype=np.float32)
    live = np.flatnonzero(origin.live)
    if len(live):  # whole groups in their order, so that a paragraph keeps its neighbours
        texts, passages = ([values[row] for row in live] for values in (table.texts, table.passages))
        scored = model.score(texts, articles=passages, progress=progress)
        scores[live], decisions[live], calibrated[live] = scored.scores, scored.decisions, scored.scores
    kept = origin.held_out >= 0
    if held is not None and kept.any():
        nested, given = held.decided(model.themes)
        place = origin.held_out[kept]
        scores[kept], decisions[kept] = nested[place], given[place]
        calibrated[kept] = model.decider.scores(held.logits[place])
    return Unseen(scores, decisions, calibrated, origin, held is not None)


def usable_rows(*said: Unseen, answers: NDArray[np.int8], labels: Sequence[Path]) -> NDArray[np.bool_]:
    """Give the rows that are fair to measure with every one of these, bool (n,).

    Raises
    ------
    DataError
        When there is none, or none of them was judged yes or no for any theme.
    """
    use = np.logical_and.reduce([one.origin.usable for one in said])
    if not use.any():
        raise DataError(
            " ".join(map(str, labels)),
            f"no paragraph that is new or has a held-out score, found {len(use)} judged",
            "judge paragraphs of articles that were not in training",
        )
    if not (answers[use] >= 0).any():
        raise DataError(
            " ".join(map(str, labels)),
            f"nothing judged yes or no, found {int(use.sum())} paragraphs",
            "judge them; unsure does not count",
        )
    return np.asarray(use)
