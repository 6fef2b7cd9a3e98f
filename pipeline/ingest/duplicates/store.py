"""What is known of earlier texts: the last ones in memory, the rest in a private SQLite file."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.files import private_folder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Leader", "Leaders"]

_HELD = 10_000  # leaders in memory, some 2 kB each
_CACHE_KIB = 65_536

_TABLES = """
CREATE TABLE leaders (id INTEGER PRIMARY KEY, key TEXT NOT NULL, shingles BLOB NOT NULL);
CREATE TABLE known (same BLOB PRIMARY KEY, leader INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE bands (band INTEGER NOT NULL, leader INTEGER NOT NULL, PRIMARY KEY (band, leader)) WITHOUT ROWID;
"""

Leader = tuple[int, str, "NDArray[np.uint64]"]
"""Number (they rise in the order of the stream), key and shingles of a text that leads a cluster."""


class Leaders:
    """The leaders of a stream of texts, found by their words or by their bands.

    Parameters
    ----------
    folder
        Where the private file lies; the system's folder for temporary files when not named.

    Raises
    ------
    sqlite3.OperationalError
        From every method, when the disk is full or fails.
    """

    def __init__(self, *, folder: Path | None) -> None:
        if folder is not None:
            private_folder(folder)
        # mkstemp: only the owner can read what is known of the texts.
        descriptor, name = tempfile.mkstemp(prefix=".clusters-", suffix=".sqlite", dir=folder)
        os.close(descriptor)
        self.path = Path(name)
        self._database = sqlite3.connect(self.path)
        # The file is deleted at the end whatever happens, so it need not survive a crash.
        self._database.executescript(
            f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-{_CACHE_KIB};" + _TABLES
        )
        self._stored, self._next = False, 1
        self._forget()

    def close(self) -> None:
        """Close and delete the file; calling it twice does no harm."""
        self._database.close()
        self.path.unlink(missing_ok=True)

    def find(self, same: bytes) -> str | None:
        """Give the key of the leader whose cluster holds a text of the same words."""
        leader = self._known.get(same)
        if leader is None and self._stored:
            row = self._database.execute("SELECT leader FROM known WHERE same = ?", (same,)).fetchone()
            leader = None if row is None else row[0]
        return None if leader is None else self._read(leader)[1]

    def sharing(self, bands: Sequence[int], *, most: int) -> list[Leader]:
        """Give the leaders that have a band in common, those that share most bands first, then the earlier ones."""
        shared = Counter(leader for band in bands for leader in self._bands.get(band, ()))
        if self._stored and bands:
            marks = ",".join("?" * len(bands))
            query = f"SELECT leader FROM bands WHERE band IN ({marks})"  # noqa: S608 - question marks
            shared.update(row[0] for row in self._database.execute(query, bands))
        best = sorted(shared, key=lambda leader: (-shared[leader], leader))[:most]
        return [self._read(leader) for leader in best]

    def lead(self, key: str, same: bytes, shingles: NDArray[np.uint64], bands: Sequence[int]) -> None:
        """Add a text that begins a cluster."""
        leader, self._next = self._next, self._next + 1
        self._held[leader] = (leader, key, shingles)
        for band in bands:
            self._bands.setdefault(band, []).append(leader)
        self.follow(same, leader)

    def follow(self, same: bytes, leader: int) -> None:
        """Add a text to the cluster of a leader."""
        self._known[same] = leader
        if len(self._known) >= _HELD:
            self._store()

    def _read(self, leader: int) -> Leader:
        import numpy as np

        if leader in self._held:
            return self._held[leader]
        row = self._database.execute("SELECT key, shingles FROM leaders WHERE id = ?", (leader,)).fetchone()
        return leader, str(row[0]), np.frombuffer(row[1], dtype=np.uint64)

    def _store(self) -> None:
        """Move what is held in memory to the file, sorted, so that its pages are filled one after another."""
        held = ((leader, key, shingles.tobytes()) for leader, key, shingles in self._held.values())
        pairs = sorted((band, leader) for band, leaders in self._bands.items() for leader in leaders)
        self._database.executemany("INSERT INTO leaders VALUES (?, ?, ?)", held)
        self._database.executemany("INSERT INTO known VALUES (?, ?)", sorted(self._known.items()))
        self._database.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", pairs)
        self._database.commit()
        self._stored = True
        self._forget()

    def _forget(self) -> None:
        self._held: dict[int, Leader] = {}
        self._known: dict[bytes, int] = {}
        self._bands: dict[int, list[int]] = {}
