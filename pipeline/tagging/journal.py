"""What an unfinished run has done so far, so that the same command goes on where it stopped."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.files import write_whole
from pipeline.model.theme_model import PATHS
from pipeline.tagging.shards import Chunk, Shard

__all__ = ["JOURNAL", "Done", "Journal", "read_head", "write_journal_head"]

JOURNAL = ".journal.jsonl"


@dataclass(frozen=True, slots=True)
class Done:
    """A chunk that is scored and written.

    Parameters
    ----------
    chunk
        Hash of what it holds.
    shards
        Its part files.
    bands
        int8 (n, t), 0 to 2, packed into two bits each, as hex digits: what the summary counts.
    paths
        How many paragraphs each of ``pipeline.model.theme_model.PATHS`` decided.
    """

    chunk: str
    shards: tuple[Shard, ...]
    bands: str
    paths: tuple[int, ...] = (0,) * len(PATHS)

    @classmethod
    def of(
        cls, chunk: Chunk, shards: tuple[Shard, ...], bands: NDArray[np.int8], path: NDArray[np.int8] | None = None
    ) -> Done:
        """Note a chunk that was just written; without ``path``, int8 (n,), the model decided all of it."""
        path = np.zeros(len(bands), dtype=np.int8) if path is None else path
        packed = np.packbits([bands >= 1, bands >= 2]).tobytes().hex()
        return cls(chunk.sha256, shards, packed, tuple(np.bincount(path, minlength=len(PATHS)).tolist()))

    def unpacked(self, *, rows: int, themes: int) -> NDArray[np.int8]:
        """Give the bands, int8 (rows, themes)."""
        bits = np.frombuffer(bytes.fromhex(self.bands), dtype=np.uint8)
        reached = np.unpackbits(bits, count=2 * rows * themes).reshape(2, rows, themes)
        return np.asarray(reached.sum(axis=0), dtype=np.int8)


class Journal:
    """A file of lines, each synced to disk before the run goes on.

    The first line tells which run it belongs to. A last line that is cut off (power loss) is not believed.

    Parameters
    ----------
    out
        The output folder.
    head
        Identity of the run; written when the file is new.
    """

    def __init__(self, out: Path, *, head: dict[str, Any]) -> None:
        self.path = out / JOURNAL
        lines = _lines(self.path)
        if not lines:
            write_journal_head(out, head)
        self._done = dict(filter(None, map(_done, lines[1:])))
        _cut_torn_line(self.path)

    @property
    def files(self) -> frozenset[str]:
        """Part files of the chunks that are done."""
        return frozenset(shard.file for done in self._done.values() for shard in done.shards)

    def find(self, chunk: Chunk, *, out: Path) -> Done | None:
        """Give what is known of a chunk, if it holds the same and all its part files are intact."""
        done = self._done.get(chunk.number)
        if done is None or done.chunk != chunk.sha256:
            return None
        return done if all(shard.is_intact(out) for shard in done.shards) else None

    def add(self, chunk: Chunk, done: Done) -> None:
        """Note a chunk whose part files stand in their places."""
        with self.path.open("ab") as file:
            file.write(_line({"number": chunk.number, **asdict(done)}))
            file.flush()
            os.fsync(file.fileno())

    def remove(self) -> None:
        """Delete the file: the manifest has taken its place."""
        self.path.unlink(missing_ok=True)


def write_journal_head(out: Path, head: dict[str, Any]) -> None:
    """Begin a journal, in place of the one that may be there."""
    write_whole(out / JOURNAL, _line(head))


def read_head(out: Path) -> dict[str, Any] | None:
    """Give the first line of the journal in ``out``; None when there is none."""
    lines = _lines(out / JOURNAL)
    return lines[0] if lines else None


def _cut_torn_line(path: Path) -> None:
    """Cut off what a power loss left of a line."""
    os.truncate(path, path.read_bytes().rfind(b"\n") + 1)


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True).encode("utf-8") + b"\n"


def _lines(path: Path) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    if not path.is_file():
        return lines
    for raw in path.read_bytes().split(b"\n"):
        try:
            lines.append(dict(json.loads(raw)))
        except (ValueError, TypeError):
            break
    return lines


def _done(line: dict[str, Any]) -> tuple[int, Done] | None:
    """Read a line; None when it is none of ours: its chunk is then done again."""
    try:
        shards = tuple(Shard(**shard) for shard in line["shards"])
        paths = tuple(int(count) for count in line["paths"])
        return int(line["number"]), Done(str(line["chunk"]), shards, str(line["bands"]), paths)
    except (KeyError, TypeError, ValueError):
        return None
