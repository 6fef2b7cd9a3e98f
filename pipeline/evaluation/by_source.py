"""How a model fares on each outlet of labels that it has not seen: a mean over all hides the one it fails on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.schema import EvaluationConfig
from pipeline.evaluation.leakage import Unseen
from pipeline.labels.table import LabelTable
from pipeline.learning.held_out import HeldOut, source_key
from pipeline.learning.metrics import Measures, measure
from pipeline.learning.splits import outlet

__all__ = ["ENOUGH_GROUPS", "Source", "Sources", "measure_sources"]

ENOUGH_GROUPS = 10
"""Of a source that is measured alone: in fewer, a theme has a yes in a few of them only, and a mean says little."""


@dataclass(frozen=True, slots=True)
class Source:
    """One outlet.

    Parameters
    ----------
    name
        As the labels write it first.
    rows, groups
        Paragraphs of it that the model has not seen, and groups of them.
    in_training
        Whether other reports of it were in training; None when the model does not say.
    measures
        Of these paragraphs.
    """

    name: str
    rows: int
    groups: int
    in_training: bool | None
    measures: Measures


@dataclass(frozen=True, slots=True)
class Sources:
    """Outlets with enough groups, the largest first, and ``few``: how many have too few to be measured alone."""

    measured: tuple[Source, ...]
    few: int


def measure_sources(
    said: Unseen,
    table: LabelTable,
    *,
    together: NDArray[np.int64],
    held_out: HeldOut | None,
    config: EvaluationConfig,
    seed: int,
) -> Sources | None:
    """Measure each outlet by itself, on the paragraphs that the model scored live.

    Parameters
    ----------
    said
        What the model says of the n rows of the table.
    together
        int64 (n,): group of each row.
    held_out
        Of the model: which outlets it was trained on.

    Returns
    -------
    Sources or None
        None when no paragraph is new, or none of the new ones names its source.
    """
    names: dict[str, str] = {}
    live: dict[str, list[int]] = defaultdict(list)
    trained = set(held_out.sources if held_out else ())
    for row, name in enumerate(map(outlet, table.sources)):
        key = source_key(name)
        names.setdefault(key, name)
        if name and said.origin.live[row]:
            live[key].append(row)
        if said.origin.held_out[row] >= 0:
            trained.add(key)
    known = bool(held_out and held_out.sources)
    measured = []
    for key, rows in live.items():
        groups = together[rows]
        count = len(np.unique(groups))
        if count >= ENOUGH_GROUPS:
            answers, scores, decisions = table.answers[rows], said.scores[rows], said.decisions[rows]
            themes = table.codebook_ids
            measures = measure(answers, scores, decisions, groups=groups, themes=themes, config=config, seed=seed)
            in_training = True if key in trained else False if known else None
            measured.append(Source(names[key], len(rows), count, in_training, measures))
    ranked = tuple(sorted(measured, key=lambda one: (-one.rows, one.name)))
    return Sources(ranked, len(live) - len(measured)) if live else None
