"""What a bundle knows of its own errors: its held-out rows, decided as its tags are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.model.bundle import audit_bundle, load_bundle
from pipeline.tagging.reader import TaggedDump

__all__ = ["Labelled", "labelled"]


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Labelled paragraphs that the model never saw.

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


def labelled(folder: Path, *, dump: TaggedDump) -> Labelled:
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
    return Labelled(held.answers, held.decided(model.themes)[1], held.groups)
