"""Members of a zip archive, streamed: nothing is written to disk, and a member's name is only a label."""

from __future__ import annotations

import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from pipeline.ingest.reading.refusal import Refusal
from pipeline.ingest.reading.rows import MIB
from pipeline.ingest.reading.streams import CHUNK, MAX_RATIO, RATIO_FROM
from pipeline.records import RejectCode

__all__ = ["MAX_MEMBERS", "Member", "members"]

MAX_MEMBERS = 1_000_000
_LOCAL_HEADER = 30
_OFFICE = ("[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF", "Index/Document.iwa")
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, OSError,
           ValueError, UnicodeError, OverflowError)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an archive: its name, and its bytes or the reason why they are not read."""

    name: str
    stream: Iterator[bytes]
    refusal: Refusal | None = None


def members(file: IO[bytes], *, limit: int) -> Iterator[Member]:
    """Give the members sorted by name, folders left out.

    Parameters
    ----------
    file
        Open and seekable.
    limit
        Most unpacked bytes of one member.

    Raises
    ------
    Refusal
        ``ZIP_BAD`` when this is no whole zip archive, ``TYPE`` for office files (which are zip archives too),
        ``ZIP_BOMB`` for members that share bytes, for too many of them, and when all together unpack to more
        than 200 times the archive: what was given before stays good.
    """
    try:
        archive = zipfile.ZipFile(file)
        infos = archive.infolist()
        size = file.seek(0, 2)
    except _BROKEN as error:
        raise _bad(f"the archive cannot be opened ({type(error).__name__})") from error
    with archive:
        _check(infos, archive.start_dir)
        names: set[str] = set()
        budget = _Budget(max(RATIO_FROM, MAX_RATIO * size))
        for info in sorted(infos, key=lambda info: (info.filename, info.header_offset)):
            if info.is_dir():
                continue
            refusal = _refusal(info, names)
            names.add(info.filename)
            stream = iter(()) if refusal else _stream(archive, info, limit, budget)
            yield Member(_label(info.filename), stream, refusal)
            if budget.left < 0:
                raise _bomb(f"its members unpack to more than {MAX_RATIO} times its size")


@dataclass(slots=True)
class _Budget:
    left: int


def _label(name: str) -> str:
    return name.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _check(infos: list[zipfile.ZipInfo], end: int) -> None:
    if any(info.filename in _OFFICE for info in infos):
        raise Refusal(
            RejectCode.TYPE,
            "this is an office document or a program in a zip archive",
            "save it as text, HTML or CSV",
        )
    if len(infos) > MAX_MEMBERS:
        raise _bomb(f"it has {len(infos):,} members, more than {MAX_MEMBERS:,}")
    for info in sorted(infos, key=lambda info: info.header_offset, reverse=True):
        name = (
            len(info.orig_filename.encode("utf-8", "surrogatepass"))
            if info.flag_bits & 0x800
            else len(info.orig_filename)
        )
        if info.header_offset + _LOCAL_HEADER + name + info.compress_size > end:
            raise _bomb("its members share bytes")
        end = info.header_offset


def _refusal(info: zipfile.ZipInfo, names: set[str]) -> Refusal | None:
    if info.filename in names:
        return Refusal(
            RejectCode.ZIP_NAME, "a member of this name was read before", "give every member a name of its own"
        )
    if info.flag_bits & 0x1:
        return Refusal(
            RejectCode.ZIP_ENCRYPTED, "the member is encrypted", "unpack the archive with its password first"
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        return Refusal(RejectCode.LINK, "the member is a symbolic link", "pack the file itself")
    return None


def _stream(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int, budget: _Budget) -> Iterator[bytes]:
    size = 0
    try:
        with archive.open(info) as file:
            while piece := file.read(CHUNK):
                size += len(piece)
                budget.left -= len(piece)
                if size > limit:
                    raise _bomb(f"the member unpacks to more than {limit / MIB:g} MiB")
                if size > RATIO_FROM and size > MAX_RATIO * max(1, info.compress_size):
                    raise _bomb(f"the member unpacks to more than {MAX_RATIO} times its size")
                if budget.left < 0:
                    raise _bomb(f"all members together unpack to more than {MAX_RATIO} times the archive")
                yield piece
    except _BROKEN as error:
        raise _bad(f"the member is damaged near byte {size:,} ({type(error).__name__})") from error


def _bad(reason: str) -> Refusal:
    return Refusal(RejectCode.ZIP_BAD, reason, "get the archive again; what was read before is kept")


def _bomb(reason: str) -> Refusal:
    return Refusal(RejectCode.ZIP_BOMB, reason, "unpack it yourself if you trust it, or raise ingest.max_file_mib")
