"""The share of paragraphs with each theme: as tagged, and corrected by what held-out labels say of the tags."""

from __future__ import annotations

import dataclasses
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.messages import nearest
from pipeline.errors import DataError, UsageError
from pipeline.learning.metrics import FEWEST_GROUPS, Figure
from pipeline.model.bundle import audit_bundle, load_bundle
from pipeline.prevalence.error_rates import ErrorRates, corrected, error_rates, random_weights, resampled_share
from pipeline.progress import Progress, silent
from pipeline.tagging.reader import YES, TaggedDump
from pipeline.tagging.rows import PARAGRAPHS, Columns

__all__ = ["CONFIDENCE", "Prevalence", "Share", "TagAccuracy", "estimate_from_held_out"]

CONFIDENCE = 0.95
"""Coverage of every interval here."""

ASSUMED = (
    "the tags are wrong as often in this dump as on the labelled paragraphs (same shares of hits and false alarms); "
    "an audit sample does without this assumption"
)

_DRAWS = 2000
_BUNDLES = 1024  # stories are resampled in at most so many random bundles: the same variance in bounded memory
_FEWEST_UNITS = 30
_SEED = 7
_PERIODS = {"year": 4, "month": 7}  # characters of YYYY-MM-DD
_KNOWN = tuple(name for name in PARAGRAPHS.names if name not in ("text", "paragraph_id"))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of ``paragraphs``, or the month or year of its ``date``; an empty name divides nothing.

    Parameters
    ----------
    name
        Of the column.
    length
        Characters of each value that count; 0 for all.
    """

    name: str = ""
    length: int = 0

    @classmethod
    def named(cls, words: str) -> Column:
        """Read ``COLUMN``, ``date:month`` or ``date:year``.

        Raises
        ------
        UsageError
            When it is none of them.
        """
        if not words:
            return cls()
        name, _, period = words.partition(":")
        if name not in _KNOWN:
            close = nearest(name, list(_KNOWN))
            hint = f"did you mean {close!r}? " if close else ""
            known = f"{hint}accepted: date:month, date:year, {', '.join(_KNOWN)}"
            raise UsageError("--by", f"no such column, found {words!r}", known)
        if period and (name != "date" or period not in _PERIODS):
            raise UsageError("--by", f"no such part of a column, found {words!r}", "accepted: date:month, date:year")
        return cls(name, _PERIODS.get(period, 0))

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that must be read."""
        return (self.name,) if self.name else ()

    def values(self, columns: Columns, *, rows: Sequence[int]) -> list[str]:
        """Give the value of each of these rows; an empty text where it is not known."""
        if not self.name:
            return [""] * len(rows)
        cells = columns[self.name]
        return [str(cells[row])[: self.length or None] for row in rows]


@dataclass(frozen=True, slots=True, eq=False)
class HeldOutLabels:
    """HeldOutLabels paragraphs that the model never saw.

    Parameters
    ----------
    answers, decisions
        int8 and bool (n, t): 1, 0, -1, and whether model and threshold, chosen without the row, give the theme.
    groups
        int64 (n,).
    """

    answers: NDArray[np.int8]
    decisions: NDArray[np.bool_]
    groups: NDArray[np.int64]


def read_held_out_labels(folder: Path, *, dump: TaggedDump) -> HeldOutLabels:
    """Read the held-out rows of the bundle that made these tags.

    Raises
    ------
    MissingError, DataError
        When there is no bundle, it is damaged, another one made the tags, or it holds no held-out rows.
    """
    found = audit_bundle(folder)["sha256"]
    if found != dump.model_sha256:
        problem = f"is not the model of these tags, found {found[:16]}, the tags are by {dump.model_sha256[:16]}"
        raise DataError(folder, problem, "name the bundle that tagged with --model, or tag again")
    model = load_bundle(folder)
    held = model.held_out
    if held is None:
        problem = "holds no held-out rows, so nothing is known of its errors"
        raise DataError(folder, problem, "train it again, or use an audit sample: themes audit draw")
    return HeldOutLabels(held.answers, held.decided(model.themes)[1], held.groups)


@dataclass(frozen=True, slots=True)
class Share:
    """How common a theme is in one part of the dump.

    Parameters
    ----------
    theme
        Its id.
    value
        Of the column; empty where it is not known, None for the whole dump.
    units
        Paragraphs, near-duplicates once (or not, as asked for).
    tagged
        Of these, how many have the tag ``yes``.
    share
        The estimate, in [0, 1].
    """

    theme: str
    value: str | None
    units: int
    tagged: int
    share: Figure


@dataclass(frozen=True, slots=True)
class TagAccuracy:
    """How right the tags of one theme are on the whole dump, by an audit.

    Parameters
    ----------
    theme
        Its id.
    judged, yes, unsure, missing
        Drawn paragraphs: judged yes or no, judged yes, unsure or judged differently by two coders, not judged.
    share, precision, recall
        Estimates; ``unsure`` and ``missing`` ones are left out.
    if_unsure_no, if_unsure_yes
        The share with every unsure paragraph counted as no, or as yes; None when it cannot be known.
    """

    theme: str
    judged: int
    yes: int
    unsure: int
    missing: int
    share: Figure
    precision: Figure
    recall: Figure
    if_unsure_no: float | None
    if_unsure_yes: float | None


@dataclass(frozen=True, slots=True)
class Prevalence:
    """Shares of all themes.

    Parameters
    ----------
    run_id, model_sha256
        Of the run whose tags were counted.
    by
        The column, as asked for; empty when not divided.
    source
        What corrects the tags: ``held-out labels`` or ``audit``.
    assumption
        What the estimates rest on.
    copies
        Whether near-duplicates were counted each.
    confidence
        Coverage of the intervals.
    shares
        Theme by theme: the whole dump, then the values of the column in order.
    audited
        Theme by theme; empty without an audit.
    """

    run_id: str
    model_sha256: str
    by: str
    source: str
    assumption: str
    copies: bool
    confidence: float
    shares: tuple[Share, ...]
    audited: tuple[TagAccuracy, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Give plain dictionaries and numbers."""
        return asdict(self)


_Tally = dict[str | None, dict[int, NDArray[np.int64]]]


def estimate_from_held_out(
    dump: TaggedDump,
    labels: HeldOutLabels,
    *,
    by: str = "",
    copies: bool = False,
    progress: Progress = silent,
) -> Prevalence:
    """Correct tagged shares by the error rates on labelled paragraphs that the model never saw.

    Parameters
    ----------
    labels
        Of the model that made the tags.
    by
        ``Column.named``.
    copies
        Whether near-duplicates are counted each, and not once.

    Raises
    ------
    UsageError
        When there is no such column.
    """
    column = Column.named(by)
    tally = _tally(dump, column, copies=copies, progress=progress)
    rates = [
        error_rates(
            labels.answers[:, theme],
            labels.decisions[:, theme],
            groups=labels.groups,
            draws=_DRAWS,
            seed=_SEED + 10 * theme,
            confidence=CONFIDENCE,
        )
        for theme in range(len(dump.themes))
    ]
    weights = random_weights(_BUNDLES, draws=_DRAWS, seed=_SEED + 5)
    shares: list[Share] = []
    for index, theme in enumerate(dump.themes):
        whole, *parts = (_share(theme, index, value, tally[value], rates[index], weights) for value in _in_order(tally))
        shares += [whole, *(_doubted(part, whole) for part in parts)]
    return Prevalence(
        run_id=dump.run_id,
        model_sha256=dump.model_sha256,
        by=by,
        source="held-out labels",
        assumption=ASSUMED,
        copies=copies,
        confidence=CONFIDENCE,
        shares=tuple(shares),
    )


def _tally(dump: TaggedDump, column: Column, *, copies: bool, progress: Progress) -> _Tally:
    """Count units and tags, (1 + t,), for each value and bundle of stories; None stands for the whole dump."""
    tally: _Tally = defaultdict(lambda: defaultdict(lambda: np.zeros(1 + len(dump.themes), dtype=np.int64)))
    tally[None]  # is there even when the dump is empty
    done = 0
    for batch in dump.batches((*column.needed, "article_cluster_id")):
        rows = np.flatnonzero(batch.first | copies)
        counts = np.column_stack([np.ones(len(rows), dtype=np.int64), batch.decisions[rows] == YES])
        values = column.values(batch.columns, rows=rows.tolist())
        for row, value, count in zip(rows, values, counts, strict=True):
            bundle = zlib.crc32(batch.columns["article_cluster_id"][row].encode()) % _BUNDLES
            tally[None][bundle] += count
            if column.name:
                tally[value][bundle] += count
        done += len(batch.first)
        progress("read tags", done, None)
    return tally


def _in_order(tally: _Tally) -> Iterator[str | None]:
    yield None
    yield from sorted(value for value in tally if value is not None)


def _share(
    theme: str,
    index: int,
    value: str | None,
    bundles: dict[int, NDArray[np.int64]],
    rates: ErrorRates,
    weights: NDArray[np.float64],
) -> Share:
    counts = np.array([count[[0, 1 + index]] for count in bundles.values()], dtype=np.int64).reshape(-1, 2)
    units, tagged = (int(number) for number in counts.sum(axis=0))
    return Share(theme, value, units, tagged, _corrected(counts, rates, weights[:, list(bundles)]))


def _doubted(part: Share, whole: Share) -> Share:
    """Take back what a part says where the whole dump shows that its tags err otherwise than on the labels."""
    if part.share.value is None or whole.share.value is not None:
        return part
    return dataclasses.replace(part, share=Figure(None, why="cannot be corrected: nor can the whole dump"))


def _corrected(counts: NDArray[np.int64], rates: ErrorRates, weights: NDArray[np.float64]) -> Figure:
    """Correct the share of tags, counts (bundles, 2) of units and tags."""
    units = counts[:, 0].sum()
    if units < _FEWEST_UNITS:
        return Figure(None, why=f"too few: {units} paragraphs")
    if len(counts) < FEWEST_GROUPS:
        return Figure(None, why=f"too few: {units} paragraphs of {len(counts)} stories")
    whole, part = counts.T.astype(np.float64)
    tagged = resampled_share(part, whole, weights=weights, seed=_SEED)
    return corrected(tagged, rates, confidence=CONFIDENCE)
