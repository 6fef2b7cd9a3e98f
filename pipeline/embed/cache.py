"""Vectors on disk by content: equal text is encoded once, across runs.

A vector can be turned back into much of its text (Morris et al. 2023, arXiv 2310.06816). The cache is
therefore as private as the text: a folder that only its owner can enter, emptied by ``themes cache clear``,
switched off by ``encoder.cache: false``.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.embed.encoder import Encoded, Encoder, TokenVectors, Watch
from pipeline.files import private_folder
from pipeline.progress import Progress, silent
from pipeline.records import digest

__all__ = ["CachedEncoder", "VectorCache"]

_TABLE = """CREATE TABLE IF NOT EXISTS vectors
(key BLOB PRIMARY KEY, windows INTEGER NOT NULL, vector BLOB NOT NULL) WITHOUT ROWID"""
_CHUNK = 256  # texts between two commits: what an interrupted run loses at most


class VectorCache:
    """A folder with one SQLite file per encoder.

    Parameters
    ----------
    folder
        Where; ``$THEMES_CACHE``, else ``$XDG_CACHE_HOME/themes``, else ``~/.cache/themes`` when not given.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = (folder or _default_folder()) / "vectors"

    def files(self) -> list[Path]:
        """Give the cache's files, one per encoder."""
        return sorted(self.folder.glob("*.sqlite*"))

    def size(self) -> int:
        """Give the bytes on disk."""
        return sum(path.stat().st_size for path in self.files())

    def entries(self) -> int:
        """Count the stored vectors."""
        count = 0
        for path in self.folder.glob("*.sqlite"):
            with closing(sqlite3.connect(path)) as base:
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
        """Open the file of one encoder for the length of the block, and commit at its end."""
        private_folder(self.folder)
        self.folder.chmod(0o700)
        path = self.folder / f"{identity[:32]}.sqlite"
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(path, timeout=60)) as base:
            base.execute("PRAGMA journal_mode=WAL")  # readers and one writer side by side
            base.execute("PRAGMA synchronous=NORMAL")
            base.execute(_TABLE)
            yield base
            base.commit()


def _default_folder() -> Path:
    named = os.environ.get("THEMES_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "themes"


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
        keys = [bytes.fromhex(digest(text)) for text in texts]
        with self.cache.opened(self.identity) as base:
            found = {key: row for key in set(keys) if (row := _look_up(base, key)) is not None}
            new = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
            missing = list(new)
            rows = _rows(keys) if watch else {}
            progress("encode", 0, len(missing))
            for first in range(0, len(missing), _CHUNK):
                chunk = missing[first : first + _CHUNK]
                told = None if watch is None else partial(_tell, watch, [rows[key] for key in chunk])
                encoded = self.inner.encode([new[key] for key in chunk], watch=told)
                for key, count, vector in zip(chunk, encoded.windows, encoded.vectors, strict=True):
                    found[key] = (int(count), vector)
                    stored = (key, int(count), vector.astype("<f4").tobytes())
                    base.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", stored)
                base.commit()
                progress("encode", first + len(chunk), len(missing))
        if not keys:
            return self.inner.encode([])
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


def _look_up(base: sqlite3.Connection, key: bytes) -> tuple[int, NDArray[np.float32]] | None:
    row = base.execute("SELECT windows, vector FROM vectors WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    vector = np.frombuffer(row[1], dtype="<f4")
    return (row[0], vector) if np.isfinite(vector).all() else None
