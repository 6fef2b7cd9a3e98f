"""What a judged audit sample says of a dump and of its tags."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.labels.codebook import Codebook, Theme
from pipeline.labels.table import Answer, Judged, read_labels
from pipeline.learning.metrics import Figure
from pipeline.prevalence.design import Design, design_path, read_design, relative_scores, strata_of
from pipeline.prevalence.estimate import CONFIDENCE, Column, Prevalence, Share, TagAccuracy
from pipeline.prevalence.stratified import Total, share_found, total
from pipeline.progress import Progress, silent
from pipeline.tagging.reader import YES, TaggedDump
from pipeline.tagging.rows import Columns

__all__ = ["estimate_from_audit"]

ASSUMED = (
    "the sample is random and was judged without sight of the tags; paragraphs that were not judged or are unsure "
    "are like the judged ones of their stratum"
)

_FEWEST = 20  # judged paragraphs
_MISSING, _UNSURE = -1, -2


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Counts of one theme in one part of the dump, by stratum and tag, each int64 (2 h,): untagged first.

    Inside a stratum the tagged and the untagged units are simple random samples of their own, of known size; so each
    is a stratum by itself (poststratification, Särndal, Swensson and Wretman 1992, section 7.6).
    """

    units: NDArray[np.int64]
    judged: NDArray[np.int64]
    hits: NDArray[np.int64]
    unsure: NDArray[np.int64]
    missing: NDArray[np.int64]

    def total(self, half: slice, *, expected: NDArray[np.float64]) -> Total:
        """Estimate how many units of some cells are yes."""
        return total(
            self.units[half], self.judged[half], self.hits[half], expected=expected[half], confidence=CONFIDENCE
        )

    def share(self, *, expected: NDArray[np.float64]) -> Figure:
        """Estimate the share of yes."""
        judged = int(self.judged.sum())
        if judged < _FEWEST:
            return Figure(None, why=f"too few: {judged} paragraphs judged, {_FEWEST} needed")
        found = self.total(slice(None), expected=expected)
        if np.isnan(found.value):
            return Figure(None, why="no paragraph with the tag was judged, or none without it")
        return _figure(found, int(self.units.sum()))

    def rates(self) -> NDArray[np.float64]:
        """Give the rate of yes in each cell; where none was judged, that of all tagged, or all untagged, ones."""
        hits, judged = self.hits.reshape(2, -1), self.judged.reshape(2, -1)
        with np.errstate(invalid="ignore"):
            pooled = hits.sum(axis=1, keepdims=True) / judged.sum(axis=1, keepdims=True)
        return np.asarray(np.where(judged > 0, hits / np.maximum(judged, 1), pooled)).ravel()


def _figure(found: Total, units: int) -> Figure:
    value, low, high = (min(max(number / units, 0.0), 1.0) for number in (found.value, found.low, found.high))
    return Figure(value, low, high)


class _Counts:
    """Units (2, h, t) and drawn units by answer (4, 2, h, t) of one part of the dump."""

    def __init__(self, strata: int, themes: int) -> None:
        self._every = np.arange(themes)
        self.units = np.zeros((2, strata, themes), dtype=np.int64)
        self.drawn = np.zeros((4, 2, strata, themes), dtype=np.int64)

    def add(self, tagged: NDArray[np.int64], strata: NDArray[np.int64]) -> None:
        """Count n units: whether each has each tag (n, t), and its stratum (n,)."""
        np.add.at(self.units, (tagged, strata[:, None], self._every[None, :]), 1)

    def add_drawn(self, tagged: NDArray[np.int64], stratum: int, answers: NDArray[np.int8]) -> None:
        """Count a drawn unit: its tags (t,), its stratum and the answers (t,)."""
        kinds = np.stack([answers >= 0, answers == 1, answers == _UNSURE, answers == _MISSING])
        self.drawn[:, tagged, stratum, self._every] += kinds

    def cells(self, theme: int) -> Cells:
        """Give the counts of one theme."""
        return Cells(self.units[:, :, theme].ravel(), *(kind[:, :, theme].ravel() for kind in self.drawn))


def estimate_from_audit(dump: TaggedDump, sample: Path, *, by: str = "", progress: Progress = silent) -> Prevalence:
    """Estimate shares, precision and recall from a judged sample.

    Parameters
    ----------
    sample
        The judged file; its design stands beside it.
    by
        ``Column.named``.

    Raises
    ------
    UsageError
        When there is no such column.
    MissingError
        When sample or design are not there.
    DataError
        When the sample is wrong, or was drawn from another run.
    """
    column, design = Column.named(by), read_design(sample)
    if design.run_id != dump.run_id:
        problem = f"drawn from the run {design.run_id}, the tags are of {dump.run_id}"
        raise DataError(design_path(sample), problem, "name the folder that the sample was drawn from")
    answers = _answers(dump, design, sample)
    counts = _counted(dump, design, column, answers, progress=progress)
    shares, audited = [], []
    for index, theme in enumerate(design.themes):
        whole = counts[None].cells(index)
        audited.append(_audited(theme, whole))
        for value in [None, *sorted(value for value in counts if value is not None)]:
            cells = counts[value].cells(index)
            share = cells.share(expected=whole.rates())
            tagged = int(counts[value].units[1, :, index].sum())
            shares.append(Share(theme, value, int(cells.units.sum()), tagged, share))
    return Prevalence(
        run_id=dump.run_id,
        model_sha256=dump.model_sha256,
        by=by,
        source="audit",
        assumption=ASSUMED,
        copies=False,
        confidence=CONFIDENCE,
        shares=tuple(shares),
        audited=tuple(audited),
    )


def _answers(dump: TaggedDump, design: Design, sample: Path) -> dict[str, NDArray[np.int8]]:
    """Give the answers (t,) to each drawn paragraph: 1, 0, ``_MISSING`` or ``_UNSURE``."""
    codebook = _words(dump)
    lines: dict[str, list[Judged]] = defaultdict(list)
    for line in read_labels([sample], codebook=codebook):
        if line.id not in design.paragraphs:
            raise DataError(
                line.place, f"was not drawn, found {line.id!r}", "keep other judgements in a file of their own"
            )
        lines[line.id].append(line)
    return {
        name: np.array([_agreed(lines.get(name, []), theme) for theme in design.themes], dtype=np.int8)
        for name in design.paragraphs
    }


def _words(dump: TaggedDump) -> Codebook:
    """Give a codebook to check lines by: which themes there are, and in which version; the run tells no more."""
    text = {"name": "-", "definition": "-", "yes_when": "-", "no_when": "-"}
    return Codebook(version=dump.codebook_version, title="-", themes=[Theme(id=theme, **text) for theme in dump.themes])


def _agreed(lines: Sequence[Judged], theme: str) -> int:
    given = {line.judgements[theme] for line in lines if theme in line.judgements}
    if not given:
        return _MISSING
    return {frozenset({Answer.YES}): 1, frozenset({Answer.NO}): 0}.get(frozenset(given), _UNSURE)


def _counted(
    dump: TaggedDump,
    design: Design,
    column: Column,
    answers: dict[str, NDArray[np.int8]],
    *,
    progress: Progress,
) -> dict[str | None, _Counts]:
    """Count units and answers for each value of the column; None stands for the whole dump."""
    counts: dict[str | None, _Counts] = defaultdict(lambda: _Counts(len(design.strata), len(design.themes)))
    order, columns = ([dump.themes.index(theme) for theme in names] for names in (design.order, design.themes))
    done = 0
    counts[None]  # is there even when the dump is empty
    for batch in dump.batches(column.needed):
        relative = relative_scores(batch.scores, dump, order)
        strata = strata_of(batch.decisions, relative, columns=order, cuts=design.cuts)
        tagged = (batch.decisions[:, columns] == YES).astype(np.int64)
        rows = np.flatnonzero(batch.first)
        for value, chosen in _parts(column, batch.columns, rows):
            counts[value].add(tagged[chosen], strata[chosen])
            for row in chosen.tolist():
                given = answers.get(batch.columns["paragraph_id"][row])
                if given is not None:
                    counts[value].add_drawn(tagged[row], int(strata[row]), given)
        done += len(batch.first)
        progress("read tags", done, None)
    return counts


def _parts(column: Column, columns: Columns, rows: NDArray[np.int64]) -> Iterator[tuple[str | None, NDArray[np.int64]]]:
    """Give the rows of the whole (None), and of each value of the column."""
    yield None, rows
    if column.name:
        values = np.array(column.values(columns, rows=rows.tolist()), dtype=object)
        for value in sorted(set(values.tolist())):
            yield value, rows[values == value]


def _audited(theme: str, cells: Cells) -> TagAccuracy:
    """Estimate share, precision and recall of one theme on the whole dump."""
    strata = len(cells.units) // 2
    rates = cells.rates()
    missed = cells.total(slice(None, strata), expected=rates)
    found = cells.total(slice(strata, None), expected=rates)
    tagged = int(cells.units[strata:].sum())
    judged = int(cells.judged[strata:].sum())
    share = cells.share(expected=rates)
    precision = _figure(found, tagged) if judged else Figure(None, why="no tagged paragraph judged")
    return TagAccuracy(
        theme=theme,
        judged=int(cells.judged.sum()),
        yes=int(cells.hits.sum()),
        unsure=int(cells.unsure.sum()),
        missing=int(cells.missing.sum()),
        share=share,
        precision=precision,
        recall=_recall(found, missed, share),
        if_unsure_no=_supposed(cells, 0, share),
        if_unsure_yes=_supposed(cells, 1, share),
    )


def _recall(found: Total, missed: Total, share: Figure) -> Figure:
    if share.value is None:
        return Figure(None, why=share.why)
    part = share_found(found, missed)
    if np.isnan(part.value):
        return Figure(None, why="no judged paragraph is yes, or none with the tag was judged")
    return Figure(part.value, part.low, part.high)


def _supposed(cells: Cells, answer: int, share: Figure) -> float | None:
    """Give the share with every unsure paragraph counted as yes (1) or no (0)."""
    if share.value is None:
        return None
    judged, hits = cells.judged + cells.unsure, cells.hits + answer * cells.unsure
    supposed = Cells(cells.units, judged, hits, cells.unsure, cells.missing)
    return supposed.share(expected=supposed.rates()).value
