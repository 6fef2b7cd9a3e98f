"""Which vectors a full cache forgets: those that were not used for longest."""

from __future__ import annotations

import contextlib
import math
import os
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from pipeline.errors import UsageError

__all__ = ["cap", "evict"]

_MIB = 1 << 20
_DEFAULT_MIB = 4096
_ROOM = 0.9  # of the cap is left after an eviction, so that the next one is not due at once

_HOURS = "SELECT coalesce(hour, 0), sum(length(vector)) FROM vectors LEFT JOIN uses USING (key) GROUP BY 1"
# Keys as they stand, so that whole pages become free.
_KEYS = "SELECT key FROM vectors LEFT JOIN uses USING (key) WHERE coalesce(hour, 0) = ?"


def cap() -> int:
    """Give the most bytes that the cache keeps: ``$THEMES_CACHE_MIB``, else 4,096 MiB.

    Raises
    ------
    UsageError
        When the variable is no number above 0.
    """
    given = os.environ.get("THEMES_CACHE_MIB") or str(_DEFAULT_MIB)
    try:
        mib = float(given)
    except ValueError:
        mib = 0.0
    if not 0 < mib < 1 << 40:
        raise UsageError(
            "THEMES_CACHE_MIB", f"not a number of MiB above 0, found {given!r}", "as THEMES_CACHE_MIB=4096"
        )
    return int(mib * _MIB)


def evict(paths: Sequence[Path], *, most: int, wait: float) -> None:
    """Delete the vectors that were used longest ago, whichever file they stand in, until all files keep to a size.

    Parameters
    ----------
    paths
        One SQLite file per encoder; free pages in them do not count.
    most
        Bytes.
    wait
        Seconds to wait for others that use the files.
    """
    with ExitStack() as stack:
        bases = [stack.enter_context(closing(sqlite3.connect(path, timeout=wait))) for path in paths]
        held = sum(map(_held, bases))
        if held <= most:
            return
        sizes: Counter[int] = Counter()
        for base in bases:
            sizes.update(dict(base.execute(_HOURS)))
        surplus = (held - _ROOM * most) / held * sizes.total()  # keys and pages go with the vectors
        for hour in sorted(sizes):
            for base in bases:
                _forget(base, hour, share=min(1.0, surplus / sizes[hour]))
            surplus -= sizes[hour]
            if surplus <= 0:
                break
        for base in bases:
            _give_back(base, whole=sum(map(_held, bases)) > most)


def _number(base: sqlite3.Connection, pragma: str) -> int:
    return int(base.execute(f"PRAGMA {pragma}").fetchone()[0])


def _held(base: sqlite3.Connection) -> int:
    """Count the bytes of the pages in use; the others are filled before the file grows."""
    return (_number(base, "page_count") - _number(base, "freelist_count")) * _number(base, "page_size")


def _forget(base: sqlite3.Connection, hour: int, *, share: float) -> None:
    """Delete that share of the vectors that were last used in an hour."""
    keys = base.execute(_KEYS, (hour,)).fetchall()
    gone = keys[: math.ceil(share * len(keys))]
    base.executemany("DELETE FROM vectors WHERE key = ?", gone)
    base.executemany("DELETE FROM uses WHERE key = ?", gone)
    base.commit()


def _give_back(base: sqlite3.Connection, *, whole: bool) -> None:
    """Give free pages back to the disk, unless another run is in the way; they are used again anyway.

    Parameters
    ----------
    whole
        Write the file anew: where what is left is scattered over half-empty pages.
    """
    with contextlib.suppress(sqlite3.OperationalError):
        base.executescript("PRAGMA incremental_vacuum")  # `execute` would free one page
        if whole or 2 * _number(base, "freelist_count") > _number(base, "page_count"):  # files of earlier versions
            base.execute("VACUUM")
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
