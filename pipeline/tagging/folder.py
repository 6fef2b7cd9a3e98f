"""The output folder: may this run work in it, and what in it was written by an earlier one."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import DataError, OutputError, UsageError
from pipeline.files import private_folder
from pipeline.tagging.evidence import EVIDENCE
from pipeline.tagging.journal import JOURNAL, Journal, read_head, write_journal_head
from pipeline.tagging.manifest import MANIFEST, Identity, read_manifest
from pipeline.tagging.rows import NOISE, PARAGRAPHS, TAGS
from pipeline.tagging.shards import Shard

__all__ = ["LOCK", "REJECTED", "SCRATCH", "check_outside", "finished", "inspect", "prepare"]

LOCK = ".lock"
REJECTED = "rejected.jsonl"
SCRATCH = ".scratch-"

_FOLDERS = (PARAGRAPHS.name, TAGS.name, EVIDENCE.name, NOISE.name)
_FILES = (MANIFEST, REJECTED, JOURNAL, LOCK)
_PART = re.compile(r"part-\d{5,}\.(parquet|jsonl|csv)")
_LEFT_OVER = (".partial-", SCRATCH)  # what a killed run leaves


def check_outside(out: Path, paths: Sequence[Path]) -> None:
    """Refuse an output folder inside a dump: the next run would read its own output.

    Raises
    ------
    UsageError
        When ``out`` is one of ``paths`` or lies below one.
    """
    place = out.resolve()
    for path in paths:
        dump = path.resolve()
        if place == dump or (path.is_dir() and dump in place.parents):
            raise UsageError("--out", f"lies inside the dump {path}, found {out}", "name a folder outside the dump")


def finished(out: Path, *, identity: Identity) -> dict[str, Any] | None:
    """Give the manifest when ``out`` already holds this very run, whole. Only called under the lock.

    Raises
    ------
    DataError
        When a file of that run was changed or lost, or ``run.json`` is none of ours.
    """
    manifest = read_manifest(out)
    if manifest is None or manifest["run_id"] != identity.run_id:
        return None
    for output in manifest["outputs"]:
        shard = Shard(output["file"], output["sha256"], output["bytes"], output["rows"])
        if not shard.is_intact(out):
            raise DataError(
                out / shard.file, "changed or lost since the run was finished", "tag again with --overwrite"
            )
    (out / JOURNAL).unlink(missing_ok=True)  # a run killed between its manifest and its last step
    return manifest


def inspect(out: Path) -> None:
    """Make the folder, or see whether a run may work in the one that is there; changes no file.

    Raises
    ------
    OutputError
        When it cannot be made or written to, or holds files that no run of ours wrote.
    """
    private_folder(out)
    if not os.access(out, os.W_OK | os.X_OK):
        raise OutputError(out, "may not be written to", "name a folder you may write to")
    ours = (out / JOURNAL).exists() or read_manifest(out) is not None
    _check_foreign(out, ours=ours)


def prepare(out: Path, *, identity: Identity, overwrite: bool) -> Journal:
    """Make ``out`` ready for a run: empty, or with what an interrupted run of the same identity has done.

    Only called under the lock. Whenever it is killed, the folder stays one that the same command accepts.

    Raises
    ------
    DataError
        When it holds another run and ``overwrite`` is false.
    """
    earlier = read_manifest(out) or read_head(out)
    if overwrite:
        write_journal_head(out, identity.as_dict())  # first: what stands here is known to be ours
        (out / MANIFEST).unlink(missing_ok=True)
    elif earlier is not None and earlier.get("run_id") != identity.run_id:
        raise DataError(
            out,
            "holds another run (" + "; ".join(identity.differs_from(earlier)) + ")",
            "replace it with --overwrite, or name another folder with --out",
        )
    journal = Journal(out, head=identity.as_dict())
    _remove_all_but(out, journal.files)
    return journal


def _check_foreign(out: Path, *, ours: bool) -> None:
    """Foreign files may stand beside a run of ours (a report), but not among its parts."""
    foreign = [path for path in sorted(out.iterdir()) if not _is_ours(path)]
    inside = [
        path
        for name in _FOLDERS
        if (out / name).is_dir()
        for path in sorted((out / name).iterdir())
        if not (ours and _PART.fullmatch(path.name)) and not path.name.startswith(_LEFT_OVER)
    ]
    for path in inside or ([] if ours else foreign):
        raise OutputError(
            out, f"holds files that `themes tag` did not write, found {path.name!r}", "name an empty folder"
        )


def _is_ours(path: Path) -> bool:
    return path.name in (*_FILES, *_FOLDERS) or path.name.startswith(_LEFT_OVER)


def _remove_all_but(out: Path, files: frozenset[str]) -> None:
    """Delete parts of other runs and what a killed run left half-way."""
    (out / REJECTED).unlink(missing_ok=True)
    for folder in (out, *(out / name for name in _FOLDERS)):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            is_part = folder != out and _PART.fullmatch(path.name)
            if is_part and path.relative_to(out).as_posix() not in files:
                path.unlink()
            elif path.name.startswith(_LEFT_OVER):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
