"""One model against another on the same judged paragraphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.schema import EvaluationConfig
from pipeline.errors import DataError
from pipeline.evaluation.leakage import Unseen, joined_groups, unseen_scores, usable_rows
from pipeline.evaluation.paired import Answered, Difference, PairedMeasures, measure_pair
from pipeline.labels.codebook import Codebook
from pipeline.labels.table import Judged, label_table, labels_sha256, read_labels
from pipeline.model.theme_model import ThemeModel
from pipeline.progress import Progress, silent

__all__ = ["Compared", "Comparison", "compare"]

_SEED = 7


@dataclass(frozen=True, slots=True)
class Compared:
    """One of the two models.

    Parameters
    ----------
    name
        For people: the address in the registry, or the bundle's name.
    sha256
        Of its ``model.json``.
    rows
        How many rows it scored ``live`` and by ``held_out`` score, and how many had to be ``left_out``.
    knows_training
        Whether it says what it was trained on.
    only
        Themes that the other model does not have.
    """

    name: str
    sha256: str
    rows: dict[str, int]
    knows_training: bool
    only: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give plain data."""
        return {
            "name": self.name,
            "sha256": self.sha256,
            "rows": self.rows,
            "knows_training": self.knows_training,
            "only": list(self.only),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Model b measured by model a.

    Parameters
    ----------
    a, b
        The two.
    labels
        ``labels_sha256`` of the judged paragraphs.
    rows, groups, left_out
        Paragraphs that both were measured on, groups of them, and paragraphs left out for both.
    confidence, resamplings
        Of the intervals.
    redefined
        Themes that both have with other words: what they mean may have changed.
    measures
        Figures and differences, b - a, of the themes that both have.
    """

    a: Compared
    b: Compared
    labels: str
    rows: int
    groups: int
    left_out: int
    confidence: float
    resamplings: int
    redefined: tuple[str, ...]
    measures: PairedMeasures

    def losses(self, margin: float) -> dict[str, Difference | None]:
        """Give what b loses: F1 of themes and ``macro`` whose whole interval lies below ``-margin``.

        A theme that only a has is lost altogether: None.
        """
        figures = {theme: one.f1 for theme, one in self.measures.themes.items()} | {"macro": self.measures.macro["f1"]}
        lost = {name: figure for name, figure in figures.items() if figure.loses_more_than(margin)}
        return {**lost, **dict.fromkeys(self.a.only)}

    def as_dict(self) -> dict[str, Any]:
        """Give plain dictionaries and numbers."""
        return {
            "a": self.a.as_dict(),
            "b": self.b.as_dict(),
            "labels": self.labels,
            "rows": self.rows,
            "groups": self.groups,
            "left_out": self.left_out,
            "confidence": self.confidence,
            "resamplings": self.resamplings,
            "redefined": list(self.redefined),
            "measures": self.measures.as_dict(),
        }


def compare(
    a: ThemeModel,
    b: ThemeModel,
    labels: Sequence[Path],
    *,
    config: EvaluationConfig,
    names: tuple[str, str] = ("", ""),
    progress: Progress = silent,
) -> Comparison:
    """Measure two models on the same judged paragraphs.

    Parameters
    ----------
    a, b
        The difference is b - a.
    labels
        Judged by the codebook of either model; themes of one model alone are named and not compared.
    config
        Resamplings and coverage of the intervals.
    names
        What to call them; the names of the bundles when empty.

    Raises
    ------
    DataError
        When the labels are wrong, no theme is in both models, or no paragraph is new or held out for both.
    """
    shared = tuple(theme for theme in a.themes if theme in b.themes)
    if not shared:
        raise DataError(
            f"models {names[0] or a.name} and {names[1] or b.name}",
            f"have no theme in common, found {', '.join(a.themes)} and {', '.join(b.themes)}",
            "compare models of one codebook",
        )
    judged, codebook = _read_for_both(labels, a.codebook, b.codebook)
    table, sha256 = label_table(judged, codebook=codebook), labels_sha256(judged)
    nearest = min(model.recipe.ingest.near_duplicate for model in (a, b))  # the lower one joins more
    together = joined_groups(table, near_duplicate=nearest)
    said = [unseen_scores(model, table, together=together, labels=sha256, progress=progress) for model in (a, b)]
    use = usable_rows(*said, answers=table.answers, labels=labels)
    columns = [codebook.ids.index(theme) for theme in shared]
    progress("measure", 0, None)
    measures = measure_pair(
        table.answers[use][:, columns],
        _answered(a, said[0], use, shared),
        _answered(b, said[1], use, shared),
        groups=together[use],
        themes=shared,
        config=config,
        seed=_SEED,
    )
    return Comparison(
        a=_compared(a, b, names[0], said[0]),
        b=_compared(b, a, names[1], said[1]),
        labels=sha256,
        rows=int(use.sum()),
        groups=len(np.unique(together[use])),
        left_out=int((~use).sum()),
        confidence=config.confidence,
        resamplings=config.bootstrap,
        redefined=tuple(theme for theme in shared if _meaning(a, theme) != _meaning(b, theme)),
        measures=measures,
    )


def _read_for_both(labels: Sequence[Path], first: Codebook, second: Codebook) -> tuple[list[Judged], Codebook]:
    """Read labels with the themes of both codebooks, judged by the version of the second or of the first."""
    more = [theme for theme in first.themes if theme.id not in second.ids]
    joint = second.model_copy(update={"themes": [*second.themes, *more]})
    try:
        return read_labels(labels, codebook=joint), joint
    except DataError:
        if first.version == second.version:
            raise
        other = joint.model_copy(update={"version": first.version})
        try:
            return read_labels(labels, codebook=other), other
        except DataError:
            pass
        raise


def _answered(model: ThemeModel, said: Unseen, use: NDArray[np.bool_], shared: tuple[str, ...]) -> Answered:
    columns = [model.themes.index(theme) for theme in shared]
    return Answered(said.scores[use][:, columns], said.decisions[use][:, columns])


def _compared(model: ThemeModel, other: ThemeModel, name: str, said: Unseen) -> Compared:
    only = tuple(theme for theme in model.themes if theme not in other.themes)
    return Compared(name or model.name, model.sha256, said.counts(), said.knows_training, only)


def _meaning(model: ThemeModel, theme: str) -> tuple[str, str, str]:
    found = model.codebook.themes[model.themes.index(theme)]
    return found.definition, found.yes_when, found.no_when
