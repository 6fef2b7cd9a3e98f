"""Vectors on disk by content: equal text is encoded once, across runs.

A vector can be turned back into much of its text (Morris et al. 2023, arXiv 2310.06816). The cache is
therefore as private as the text: a folder that only its owner can enter, emptied by ``themes cache clear``,
switched off by ``encoder.cache: false``. Runs side by side may share it.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.encoders.encoder import Encoded, Encoder, TokenVectors, Watch
from pipeline.encoders.eviction import cap, evict
from pipeline.errors import WriteError
from pipeline.files import cache_folder, locked, private_folder
from pipeline.progress import Progress, silent
from pipeline.records import digest

__all__ = ["CachedEncoder", "VectorCache"]

_TABLES = """
CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, windows INTEGER NOT NULL, vector BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS uses (key BLOB PRIMARY KEY, hour INTEGER NOT NULL) WITHOUT ROWID;
"""  # caches of earlier versions have no `uses`: their vectors count as used long ago
_CHUNK = 2048  # texts between two commits: what an interrupted run loses at most
_ASKED = 500  # keys in one query
_WAIT = 60  # seconds, for another run that writes


class VectorCache:
    """A folder with one SQLite file per encoder.

    Parameters
    ----------
    folder
        Where; ``$THEMES_CACHE``, else ``$XDG_CACHE_HOME/themes``, else ``~/.cache/themes`` when not given.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = (folder or cache_folder()) / "vectors"

    def files(self) -> list[Path]:
        """Give the cache's files, one per encoder and what SQLite keeps beside them."""
        return sorted(self.folder.glob("*.sqlite*"))

    def size(self) -> int:
        """Give the bytes on disk."""
        return sum(path.stat().st_size for path in self.files())

    @property
    def cap(self) -> int:
        """Give the most bytes that are kept: ``$THEMES_CACHE_MIB``, else 4,096 MiB."""
        return cap()

    def entries(self) -> int:
        """Count the stored vectors."""
        count = 0
        for path in self.folder.glob("*.sqlite"):
            with closing(sqlite3.connect(path, timeout=_WAIT)) as base:
                count += base.execute("SELECT count(*) FROM vectors").fetchone()[0]
        return count

    def clear(self) -> int:
        """Delete every vector and give the bytes freed."""
        freed = self.size()
        for path in self.files():
            path.unlink(missing_ok=True)
        return freed

    @contextmanager
    def opened(self, identity: str) -> Iterator[sqlite3.Connection]:
        """Open the file of one encoder for the length of the block, and commit at its end.

        Raises
        ------
        WriteError
            When the file is damaged or the disk is full.
        """
        private_folder(self.folder)
        self.folder.chmod(0o700)
        path = self.folder / f"{identity[:32]}.sqlite"
        try:
            with closing(self._connect(path)) as base:
                yield base
                base.commit()
        except sqlite3.DatabaseError as error:
            remedy = "free some space, or empty the cache with `themes cache clear`"
            raise WriteError(path, f"the cache of vectors cannot be used ({error})", remedy) from error

    def _connect(self, path: Path) -> sqlite3.Connection:
        with locked(self.folder / ".lock", wait=True):  # making a file and its tables knows no waiting of its own
            if not path.exists():
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
            base = sqlite3.connect(path, timeout=_WAIT)
            base.execute("PRAGMA page_size=16384")  # this and the next are heeded by new files alone
            base.execute("PRAGMA auto_vacuum=INCREMENTAL")
            base.execute("PRAGMA journal_mode=WAL")  # readers and one writer side by side
            base.execute("PRAGMA synchronous=NORMAL")
            base.executescript(_TABLES)
        return base

    def shrink(self) -> None:
        """Forget the vectors that were not used for longest until the files keep to ``cap``."""
        if self.size() > self.cap:
            with locked(self.folder / ".lock", wait=True):
                evict(sorted(self.folder.glob("*.sqlite")), most=self.cap, wait=_WAIT)


class CachedEncoder:
    """An encoder that asks the cache first.

    Parameters
    ----------
    inner
        The encoder that is asked for texts not in the cache.
    cache
        Where vectors are kept.
    """

    def __init__(self, inner: Encoder, *, cache: VectorCache) -> None:
        self.inner = inner
        self.cache = cache

    @property
    def identity(self) -> str:
        """The inner encoder's."""
        return self.inner.identity

    def encode(self, texts: Sequence[str], *, watch: Watch | None = None, progress: Progress = silent) -> Encoded:
        """Give one vector per text, encoding each new text once; ``watch`` is told of new texts only."""
        if not texts:
            return self.inner.encode([])
        keys = [bytes.fromhex(digest(text)) for text in texts]
        rows = _rows(keys)
        with self.cache.opened(self.identity) as base:
            found = _look_up(base, list(rows))
            missing = [key for key in rows if key not in found]
            progress("encode", 0, len(missing))
            for first in range(0, len(missing), _CHUNK):
                chunk = missing[first : first + _CHUNK]
                told = None if watch is None else partial(_tell, watch, [rows[key] for key in chunk])
                further = partial(_further, progress, first, len(missing))
                encoded = self.inner.encode([texts[rows[key][0]] for key in chunk], watch=told, progress=further)
                found |= zip(chunk, zip(encoded.windows.tolist(), encoded.vectors, strict=True), strict=True)
                _store(base, chunk, encoded)
        if missing:
            self.cache.shrink()
        vectors = np.stack([found[key][1] for key in keys])
        return Encoded(vectors, np.array([found[key][0] for key in keys], dtype=np.int32))

    def explain(self, text: str) -> TokenVectors | None:
        """Ask the inner encoder: token vectors are not kept."""
        return self.inner.explain(text)


def _rows(keys: Sequence[bytes]) -> dict[bytes, list[int]]:
    """Give the rows of each key."""
    rows: dict[bytes, list[int]] = {}
    for row, key in enumerate(keys):
        rows.setdefault(key, []).append(row)
    return rows


def _tell(watch: Watch, rows: list[list[int]], place: int, tokens: TokenVectors) -> None:
    """Tell of a text once for each row that holds it."""
    for row in rows[place]:
        watch(row, tokens)


def _further(progress: Progress, before: int, total: int, stage: str, done: int, _: int | None) -> None:
    progress("encode", before + done, total)


def _hour() -> int:
    """Give the hour: as finely as it is noted when a vector was used."""
    return int(time.time()) // 3600


def _look_up(base: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, tuple[int, NDArray[np.float32]]]:
    """Give the windows and vectors that are there, and note that they were used."""
    found, hour = {}, _hour()
    used: list[tuple[bytes, int]] = []
    for first in range(0, len(keys), _ASKED):
        asked = keys[first : first + _ASKED]
        marks = ",".join("?" * len(asked))
        query = f"SELECT key, windows, vector, hour FROM vectors LEFT JOIN uses USING (key) WHERE key IN ({marks})"  # noqa: S608
        for key, windows, raw, last in base.execute(query, asked):
            vector = np.frombuffer(raw, dtype="<f4")
            if np.isfinite(vector).all():
                found[key] = (int(windows), vector)
                used += [(key, hour)] if last != hour else []
    base.executemany("INSERT OR REPLACE INTO uses VALUES (?, ?)", sorted(used))
    base.commit()
    return found


def _store(base: sqlite3.Connection, keys: Sequence[bytes], encoded: Encoded) -> None:
    vectors, hour = np.ascontiguousarray(encoded.vectors, dtype="<f4"), _hour()
    stored = zip(keys, encoded.windows.tolist(), map(np.ndarray.tobytes, vectors), strict=True)
    base.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", sorted(stored))
    base.executemany("INSERT OR REPLACE INTO uses VALUES (?, ?)", sorted((key, hour) for key in keys))
    base.commit()
