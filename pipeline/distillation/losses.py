"""What a student or a gate loses against the full model, on paragraphs of stories that it never saw."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.schema import EvaluationConfig
from pipeline.distillation.dump_sample import Passages
from pipeline.distillation.student import Taught
from pipeline.learning.metrics import Figure, Measures, group_weights, measure
from pipeline.model.gate import GateRule, beside, runs

__all__ = ["Sample", "gate_loss", "student_loss"]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Held-out paragraphs and how they are resampled.

    Parameters
    ----------
    passages
        n of them; their groups are drawn whole.
    themes
        Of the t columns.
    config, seed
        Resamplings and coverage of the intervals.
    """

    passages: Passages
    themes: tuple[str, ...]
    config: EvaluationConfig
    seed: int

    @property
    def groups(self) -> NDArray[np.int64]:
        """The story of each paragraph, int64 (n,)."""
        return self.passages.groups

    def as_dict(self) -> dict[str, Any]:
        """Give its sizes and the coverage of its intervals."""
        stories = len(np.unique(self.groups))
        sizes = {"paragraphs": len(self.groups), "off_topic": int(self.passages.off_topic.sum()), "groups": stories}
        return sizes | {"confidence": self.config.confidence}

    def measured(self, yes: NDArray[np.bool_], scores: NDArray[np.float32], given: NDArray[np.bool_]) -> Measures:
        """Measure scores and decisions against the full model's yes tags, (n, t) each."""
        return measure(
            yes.astype(np.int8),
            scores,
            given,
            groups=self.groups,
            themes=self.themes,
            config=self.config,
            seed=self.seed,
        )

    def share(self, part: NDArray[Any], whole: NDArray[Any] | None = None) -> dict[str, Any]:
        """Give the sum of ``part`` over the sum of ``whole`` (each counts 1 when not given), both (n,), as a figure.

        Where nothing of the part is there, resampling would give an interval without width; its upper end is then
        that of Clopper and Pearson for none among as many stories.
        """
        return asdict(self._share(part, np.ones(len(self.groups)) if whole is None else whole))

    def _share(self, part: NDArray[Any], whole: NDArray[Any]) -> Figure:
        if not float(whole.sum()):
            return Figure(None, why="there is nothing to take a share of")
        weights = group_weights(self.groups, resamplings=self.config.bootstrap, seed=self.seed)
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn = (weights @ part) / (weights @ whole)
        tail = (1 - self.config.confidence) / 2
        value, around = float(drawn[0]), drawn[1:][np.isfinite(drawn[1:])]
        if value == 0:
            return Figure(0.0, 0.0, float(1 - tail ** (1 / len(np.unique(self.groups[whole > 0])))))
        low, high = np.quantile(around, [tail, 1 - tail])
        return Figure(value, float(low), float(high))


def student_loss(taught: Taught, scored: Taught, sample: Sample) -> dict[str, Any]:
    """Measure a student's yes tags and scores against its teacher's.

    Parameters
    ----------
    taught, scored
        What teacher and student say of the n paragraphs of the sample.
    """
    apart = np.abs(taught.scores.astype(np.float64) - scored.scores)
    differences = {theme: sample.share(apart[:, index]) for index, theme in enumerate(sample.themes)}
    return sample.as_dict() | {
        "against_teacher": sample.measured(taught.yes, scored.scores, scored.yes).as_dict(),
        "missed": sample.share((taught.yes & ~scored.yes).sum(axis=1), taught.yes.sum(axis=1)),
        "score_difference": differences | {"mean": sample.share(apart.mean(axis=1))},
    }


def gate_loss(
    rule: GateRule, logits: NDArray[np.float64], taught: Taught, sample: Sample, *, neighbours: bool
) -> dict[str, Any]:
    """Measure what a gate keeps from the full model, and what that costs.

    Parameters
    ----------
    logits
        float64 (n, t): the student's.
    taught
        What the full model says.
    neighbours
        Whether it reads paragraphs beside the passed ones too.
    """
    articles = runs(sample.passages.articles)
    passed = rule.passes(logits, articles)
    read = beside(passed, articles) if neighbours else passed
    off = sample.passages.off_topic
    lost, tags = taught.yes & ~passed[:, None], taught.yes.sum(axis=1)
    review = taught.to_read & ~taught.yes
    left = sample.measured(taught.yes, taught.scores * passed[:, None], taught.yes & ~lost)
    return sample.as_dict() | {
        "level": rule.level,
        "passed": sample.share(passed & ~off, ~off),
        "read": sample.share(read & ~off, ~off),
        "off_topic_passed": sample.share(passed & off, off),
        "off_topic_read": sample.share(read & off, off),
        "tags": int(tags.sum()),
        "lost": int(lost.sum()),
        "miss": sample.share(lost.sum(axis=1), tags),
        "stories_with_tags": len(np.unique(sample.groups[tags > 0])),
        "stories_that_lose": len(np.unique(sample.groups[lost.any(axis=1)])),
        "review_lost": sample.share((review & ~passed[:, None]).sum(axis=1), review.sum(axis=1)),
        "themes": {
            theme: {"tags": int(taught.yes[:, index].sum()), "lost": int(lost[:, index].sum())}
            for index, theme in enumerate(sample.themes)
        },
        "f1_against_full": asdict(left.macro["f1"]),
    }
