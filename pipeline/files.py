"""Files written whole, folders that only their owner can read, hashes, locks."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.errors import LockedError, OutputError, WriteError

__all__ = ["cache_folder", "canonical_json", "hash_file", "locked", "private_folder", "write_whole", "writing"]


def canonical_json(value: Any) -> bytes:
    """Encode ``value`` the one way that gives the same bytes for the same content."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1, allow_nan=False)
    return text.encode("utf-8") + b"\n"


def cache_folder() -> Path:
    """Give the folder for what can be made again: ``$THEMES_CACHE``, else ``themes`` in the user's cache."""
    named = os.environ.get("THEMES_CACHE")
    return Path(named or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "themes")


def hash_file(path: Path) -> str:
    """Give the SHA-256 of a file as 64 hex digits, reading it in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def private_folder(path: Path) -> Path:
    """Make a folder (and its parents) that only its owner can enter; leave an existing one as it is.

    Raises
    ------
    OutputError
        When it cannot be made, or a file stands in its place.
    """
    try:
        for folder in reversed([path, *path.parents]):  # mkdir(parents=True) would ignore the mode above the last
            if not folder.is_dir():
                folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise OutputError(
            path, f"cannot make this folder ({error.strerror})", "name a folder you may write to"
        ) from error
    return path


@contextlib.contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Write a file whole or not at all: fill the yielded path, then it is synced and renamed onto ``path``.

    Raises
    ------
    WriteError
        When the disk is full or fails; the file that stood at ``path`` before is untouched.
    """
    descriptor, name = tempfile.mkstemp(prefix=".partial-", dir=private_folder(path.parent))
    os.close(descriptor)
    partial = Path(name)
    try:
        yield partial
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EFBIG):
            raise WriteError(
                path, f"writing failed ({error.strerror})", "free some space, then run the same command again"
            ) from error
        raise
    finally:
        partial.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` whole or not at all."""
    with writing(path) as partial:
        partial.write_bytes(content)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked(path: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold an exclusive lock on the file ``path`` (made when missing) for the length of the block.

    Raises
    ------
    LockedError
        When another process holds it and ``wait`` is false.
    """
    private_folder(path.parent)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise LockedError(
                path.parent, "another run works in this folder", "wait for it to end, or name another folder"
            ) from error
        yield
