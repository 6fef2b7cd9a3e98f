"""Chunks of paragraphs, and the part files each becomes: written whole or not at all."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.files import hash_file, writing
from pipeline.ingest.stream import Cut
from pipeline.records import digest
from pipeline.tagging.formats import FileFormat, table_writer
from pipeline.tagging.rows import Columns, Table, Taggable

__all__ = ["CHUNK", "Chunk", "Shard", "chunks", "shard_name", "write_shard"]

CHUNK = 2048
"""Paragraphs in a chunk, at least, except in the last: an article is never divided between two."""
_FIRST = CHUNK // 4  # in the first chunk, twice as many in the second: the encoder begins before much is read


@dataclass(frozen=True, slots=True)
class Shard:
    """A part file as written.

    Parameters
    ----------
    file
        Path below the output folder, with ``/``.
    sha256, size, rows
        Of the file; ``size`` in bytes.
    """

    file: str
    sha256: str
    size: int
    rows: int

    def is_intact(self, out: Path) -> bool:
        """Whether the file stands in ``out`` as it was written."""
        path = out / self.file
        return path.is_file() and path.stat().st_size == self.size and hash_file(path) == self.sha256


@dataclass(frozen=True)
class Chunk:
    """Consecutive paragraphs that are scored and written together.

    Parameters
    ----------
    number
        0-based.
    tagged, noise
        Paragraphs that get tags, and lines that do not.
    """

    number: int
    tagged: tuple[Taggable, ...]
    noise: tuple[Taggable, ...]

    @functools.cached_property
    def sha256(self) -> str:
        """Hash of what the chunk holds: paragraphs, their place and their clusters."""
        items = (*self.tagged, *self.noise)
        sources = {id(item.article): str(item.article.source) for item in items}
        return digest(
            *(
                part
                for item in items
                for part in (
                    item.paragraph.paragraph_id,
                    item.paragraph.cluster_id,
                    item.article_cluster_id,
                    sources[id(item.article)],
                )
            )
        )


def chunks(cuts: Iterable[Cut], *, size: int = CHUNK) -> Iterator[Chunk]:
    """Gather articles until a chunk holds ``size`` paragraphs (noise included); the last may hold none.

    The first two are smaller, so that nobody waits for them. There is always one chunk, so that a dump without
    articles gives empty tables and not none.
    """
    held: list[Taggable] = []
    number = 0
    for cut in cuts:
        held += [Taggable(paragraph, cut.article, cut.article_cluster_id) for paragraph in cut.paragraphs]
        if len(held) >= min(size, _FIRST << number):
            yield _chunk(number, held)
            number, held = number + 1, []
    if held or number == 0:
        yield _chunk(number, held)


def _chunk(number: int, held: list[Taggable]) -> Chunk:
    return Chunk(
        number,
        tuple(item for item in held if not item.is_noise),
        tuple(item for item in held if item.is_noise),
    )


def shard_name(table: Table, number: int, *, file_format: FileFormat) -> str:
    """Give the path of a part file below the output folder."""
    return f"{table.name}/part-{number:05d}.{file_format}"


def write_shard(columns: Columns, *, table: Table, number: int, out: Path, file_format: FileFormat) -> Shard:
    """Write one part file, synced and renamed into place."""
    name = shard_name(table, number, file_format=file_format)
    with writing(out / name) as partial:
        with table_writer(partial, table, file_format=file_format) as write:
            write(columns)
        size, sha256 = partial.stat().st_size, hash_file(partial)
    return Shard(name, sha256, size, len(columns[table.names[0]]))
