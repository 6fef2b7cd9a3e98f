"""The files of a dump, found and put in order before any of them is read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from pipeline.errors import MissingError
from pipeline.ingest.reading.refusal import Refusal
from pipeline.records import RejectCode

__all__ = ["HUB", "Place", "find_places", "hidden"]

HUB = "hf:"
"""What the name of a data set on a Hugging Face hub begins with."""
_SYSTEM = frozenset(("thumbs.db", "desktop.ini", "__macosx"))


@dataclass(frozen=True, slots=True)
class Place:
    """A file of the dump, or a reason not to read it.

    Parameters
    ----------
    name
        Path below the dump that was named, with ``/``.
    path
        Where it stands on this machine; None for a data set on a hub.
    refusal
        Why it is not read; None when it is.
    describes
        Whether it only describes the files with rows beside it.
    """

    name: str
    path: Path | None
    refusal: Refusal | None = None
    describes: bool = False


def find_places(paths: Sequence[str | Path]) -> list[Place]:
    """List the files below all named paths, each dump sorted by relative path.

    Links inside a folder are not followed. Where two dumps have files of the same relative path, all names
    are put below the names of their dumps (``may/1.txt``, ``june/1.txt``).

    Raises
    ------
    MissingError
        When a named path is not there or may not be read, or none is named.
    """
    if not paths:
        raise MissingError("dump", "no file or folder is named", "name at least one")
    below = [_below(path) for path in paths]
    dumps = [(_name(path), places) for path, places in zip(paths, below, strict=True)]
    names = [place.name for _, places in dumps for place in places]
    if len(set(names)) == len(names):
        return [place for _, places in dumps for place in places]
    taken: dict[str, int] = {}
    found = []
    for dump, places in dumps:
        taken[dump] = taken.get(dump, 0) + 1
        prefix = dump if taken[dump] == 1 else f"{dump}~{taken[dump]}"
        found += [replace(place, name=f"{prefix}/{place.name}") if place.path else place for place in places]
    return found


def hidden(name: str) -> Refusal | None:
    """Give the reason why files of this name are left aside, when they are: hidden, or of the operating system."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not any((part.startswith(".") and part.strip(".")) or part.lower() in _SYSTEM for part in parts):
        return None
    return Refusal(
        RejectCode.NO_CONTENT,
        "this is a hidden file or one of the operating system",
        "nothing to do; if it is an article after all, give it another name",
    )


def _name(path: str | Path) -> str:
    text = str(path)
    return text if text.startswith(HUB) else _readable(os.fsencode(Path(text).resolve().name)) or "dump"


def _below(path: str | Path) -> list[Place]:
    if str(path).startswith(HUB):
        return [Place(str(path), None)]
    root = Path(path)
    try:
        mode = root.stat().st_mode
    except PermissionError as error:
        raise _denied(root) from error
    except (OSError, ValueError) as error:
        raise MissingError(root, "no such file or folder", "check the path") from error
    if not os.access(root, os.R_OK):
        raise _denied(root)
    if not stat.S_ISDIR(mode):
        return [Place(_readable(os.fsencode(root.name)), root, _special(mode))]
    found = sorted(_walk(root, b""), key=lambda item: item[0])
    return [Place(_readable(name), where, refusal) for name, where, refusal in found]


def _denied(path: Path) -> MissingError:
    return MissingError(path, "this may not be read", "change its rights, or run as a user who may read it")


def _readable(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")


def _special(mode: int) -> Refusal | None:
    if stat.S_ISREG(mode):
        return None
    return Refusal(RejectCode.TYPE, "this is a device, socket or pipe", "copy what it gives into a file")


def _walk(folder: Path, below: bytes) -> Iterator[tuple[bytes, Path, Refusal | None]]:
    waiting = [(folder, below)]
    while waiting:
        folder, below = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            refusal = Refusal(RejectCode.READ, f"the folder cannot be read ({error.strerror})", "change its rights")
            yield below.rstrip(b"/"), folder, refusal
            continue
        for entry in entries:
            name = below + os.fsencode(entry.name)
            if entry.is_symlink():
                yield name, Path(entry.path), _link()
            elif entry.is_dir(follow_symlinks=False):
                waiting.append((Path(entry.path), name + b"/"))
            else:
                mode = entry.stat(follow_symlinks=False).st_mode
                yield name, Path(entry.path), hidden(_readable(name)) or _special(mode)


def _link() -> Refusal:
    return Refusal(
        RejectCode.LINK, "this is a symbolic link: links in a dump are not followed", "name its target as a dump"
    )
