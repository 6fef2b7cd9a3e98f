"""A dump in, articles out: every row of every file becomes an ``Article`` or says why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.configuration.schema import IngestConfig
from pipeline.files import hash_file
from pipeline.ingest.ledger import Ledger
from pipeline.ingest.reading.discover import Place, find_places
from pipeline.ingest.reading.fields import Fields
from pipeline.ingest.reading.file_reader import FileReader, rejected
from pipeline.ingest.reading.firsts import Firsts
from pipeline.ingest.reading.hub import read_hub_name
from pipeline.ingest.reading.refusal import Refusal
from pipeline.ingest.reading.saved import settle_saved
from pipeline.records import Article, RejectCode, Rejected, Source, digest

__all__ = ["DumpFile", "read_dump", "read_files"]


@dataclass(frozen=True, slots=True)
class DumpFile:
    """A file of a dump as it stands before the run.

    Parameters
    ----------
    name
        As in ``Source.file``.
    path
        On this machine; None for a data set on a hub.
    sha256
        Of its bytes; of its name for a data set on a hub; empty when it cannot be read.
    size
        In bytes; 0 when not known.
    """

    name: str
    path: Path | None
    sha256: str
    size: int


def read_files(paths: Sequence[str | Path]) -> list[DumpFile]:
    """List the files of a dump with their hashes, in the order in which they will be read.

    Raises
    ------
    MissingError
        When a named path is not there or may not be read.
    """
    return [
        DumpFile(place.name, place.path, *_fingerprint(place))
        for place in settle_saved(find_places(paths))
        if place.refusal is None or place.refusal.code is not RejectCode.READ
    ]


def _fingerprint(place: Place) -> tuple[str, int]:
    if place.path is None:
        return digest("hub", place.name), 0
    if place.refusal is not None:  # a link's target and a pipe's contents are not of the dump
        return "", 0
    try:
        return hash_file(place.path), place.path.stat().st_size
    except OSError:
        return "", 0


def read_dump(paths: Sequence[str | Path], *, config: IngestConfig, ledger: Ledger) -> Iterator[Article | Rejected]:
    """Read all files of a dump, sorted by relative path within each named file, folder or ``hf:`` data set.

    Counted in ``ledger`` are the rows in and what is yielded as ``Rejected``; the caller counts the articles,
    with ``ledger.tagged`` or ``ledger.refused``, and at the end asks ``ledger.check()``.

    Yields
    ------
    Article
        New ones; an article that was yielded before in this run (same title and text) comes as ``Rejected``
        with code ``DUPLICATE`` and the place of the first.
    Rejected
        For each row, file or archive member that gives no article.

    Raises
    ------
    MissingError
        Before anything is read, when a named path is not there or may not be read; for a data set on a hub,
        when its turn comes and the hub cannot be reached.
    UsageError
        Before anything is read, when a name that begins with ``hf:`` is none.
    ConfigError
        Before anything is read, when ``config.fields`` has a key that means nothing.
    """
    places = settle_saved(find_places(paths))
    for place in places:
        if place.path is None:
            read_hub_name(place.name)
    return _read(places, fields=Fields(config.fields), config=config, ledger=ledger)


def _read(
    places: Sequence[Place], *, fields: Fields, config: IngestConfig, ledger: Ledger
) -> Iterator[Article | Rejected]:
    firsts = Firsts()
    try:
        for place in places:
            for found in _read_place(place, fields=fields, config=config, ledger=ledger):
                outcome = _once(found, firsts) if isinstance(found, Article) else found
                if isinstance(outcome, Rejected):
                    ledger.refused(outcome)
                yield outcome
    finally:
        firsts.close()


def _once(article: Article, firsts: Firsts) -> Article | Rejected:
    first = firsts.first(article.article_id, str(article.source))
    if not first:
        return article
    refusal = Refusal(RejectCode.DUPLICATE, f"the same article stands in {first}", "nothing to do: it is read there")
    return rejected(article.source, refusal, article.sha256)


def _read_place(place: Place, *, fields: Fields, config: IngestConfig, ledger: Ledger) -> Iterator[Article | Rejected]:
    ledger.seen(place.name, 0)
    if place.describes:
        return
    sha256 = ""
    try:
        if place.refusal is not None:
            raise place.refusal
        sha256 = _hash(place)
    except Refusal as refusal:
        ledger.seen(place.name)
        yield rejected(Source(place.name), refusal)
        return
    reader = FileReader(place.name, sha256, fields=fields, config=config, ledger=ledger)
    yield from reader.read_hub() if place.path is None else reader.read_file(place.path)


def _hash(place: Place) -> str:
    if place.path is None:
        return digest("hub", place.name)
    try:
        return hash_file(place.path)
    except OSError as error:
        raise Refusal(
            RejectCode.READ, f"the file cannot be read ({error.strerror})", "change its rights, or get it again"
        ) from error
