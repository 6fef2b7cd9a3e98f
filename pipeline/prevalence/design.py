"""How an audit sample was drawn: what the estimates rest on, and what coders must not see."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DataError, MissingError
from pipeline.files import canonical_json
from pipeline.tagging.reader import YES, TaggedDump

__all__ = ["PIECES", "Design", "Stratum", "design_path", "read_design"]

PIECES = 4
"""Into how many strata, by score, the paragraphs without any tag `yes` are cut; those to review score highest."""

_TOOL = "themes audit draw"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Stratum:
    """Paragraphs that had the same chance: ``drawn`` of ``units``, simple random, without replacement."""

    name: str
    units: int
    drawn: int

    @property
    def probability(self) -> float:
        """Chance of each of its paragraphs to be in the sample."""
        return self.drawn / self.units if self.units else 0.0


@dataclass(frozen=True, slots=True)
class Design:
    """A stratified random sample of the paragraphs of one run, near-duplicates counted once.

    Parameters
    ----------
    run_id, model_sha256, codebook_version
        Of the run that it was drawn from.
    themes
        TagAccuracy, in the codebook's order.
    order
        The same, rarest tag first: a paragraph belongs to the stratum of its rarest tag.
    cuts
        Relative scores (score by threshold, the highest of all themes) at which paragraphs without a tag are cut.
    seed, n
        As asked for.
    strata
        In order of their numbers.
    paragraphs
        Number of the stratum of every drawn paragraph, by id.
    """

    run_id: str
    model_sha256: str
    codebook_version: str
    themes: tuple[str, ...]
    order: tuple[str, ...]
    cuts: tuple[float, ...]
    seed: int
    n: int
    strata: tuple[Stratum, ...]
    paragraphs: dict[str, int]

    def as_bytes(self) -> bytes:
        """Give the content of the design file."""
        strata = [asdict(one) | {"probability": one.probability} for one in self.strata]
        return canonical_json({"tool": _TOOL, "format": _FORMAT} | asdict(self) | {"strata": strata})


def stratum_names(order: tuple[str, ...]) -> list[str]:
    """Name the strata, in order of their numbers."""
    pieces = (f"no tag, scores {piece + 1} of {PIECES}" for piece in range(PIECES))
    return [*(f"tag {theme}" for theme in order), *pieces]


def relative_scores(scores: NDArray[np.float32], dump: TaggedDump, columns: list[int]) -> NDArray[np.float32]:
    """Give for each row how near its scores (n, t) come to the threshold of any of these themes."""
    threshold = np.array([dump.thresholds[column] for column in columns], dtype=np.float32)
    return np.asarray((scores[:, columns] / np.maximum(threshold, np.float32(1e-6))).max(axis=1))


def strata_of(
    decisions: NDArray[np.int8], relative: NDArray[np.float32], *, columns: list[int], cuts: tuple[float, ...]
) -> NDArray[np.int64]:
    """Give the number of the stratum of each row.

    Parameters
    ----------
    decisions
        int8 (n, t).
    relative
        (n,), of ``relative_scores``.
    columns
        Of the audited themes, rarest first.
    """
    yes = decisions[:, columns] == YES
    piece = np.searchsorted(np.array(cuts), relative.astype(np.float64), side="right")
    return np.asarray(np.where(yes.any(axis=1), yes.argmax(axis=1), len(columns) + piece), dtype=np.int64)


def design_path(sample: Path) -> Path:
    """Give where the design of a sample stands: beside it."""
    return sample.with_name(sample.name + ".design.json")


def read_design(sample: Path) -> Design:
    """Read the design that stands beside a sample.

    Raises
    ------
    MissingError
        When it is not there.
    DataError
        When it is not what ``draw_sample`` wrote.
    """
    path = design_path(sample)
    try:
        raw = json.loads(path.read_bytes())
        if raw.pop("tool") != _TOOL or raw.pop("format") != _FORMAT:
            raise ValueError("tool or format")
        strata = tuple(Stratum(one["name"], one["units"], one["drawn"]) for one in raw.pop("strata"))
        themes, order, edges = (tuple(raw.pop(name)) for name in ("themes", "order", "cuts"))
        return Design(**raw, themes=themes, order=order, cuts=edges, strata=strata)
    except OSError as error:
        problem = f"cannot read the design of this sample ({error.strerror})"
        raise MissingError(path, problem, "keep it beside the sample that `themes audit draw` wrote") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        problem = f"not the design of an audit sample ({type(error).__name__})"
        raise DataError(path, problem, "bring back the file that `themes audit draw` wrote") from error
