"""Folders that Hugging Face ``datasets`` wrote with ``save_to_disk``: which of their files hold rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.ingest.reading.discover import Place
from pipeline.ingest.reading.refusal import Refusal
from pipeline.records import RejectCode

__all__ = ["settle_saved"]

_DESCRIBING = frozenset(("dataset_info.json", "state.json", "dataset_dict.json"))
_MAX_STATE = 1 << 22


@dataclass(frozen=True, slots=True)
class _Saved:
    """The files with rows that ``state.json`` names; None in a folder that only holds one folder per split."""

    data: frozenset[str] | None


def settle_saved(places: Sequence[Place]) -> list[Place]:
    """Say of the files in saved data sets which describe (no rows) and which are missing or do not belong.

    The Arrow files themselves are read as they are: ``datasets`` would leave copies of them in its cache.
    """
    folders: dict[Path, _Saved | None] = {}
    found: list[Place] = []
    for place in places:
        if place.path is None or place.refusal is not None:
            found.append(place)
            continue
        folder = place.path.parent
        if folder not in folders:
            folders[folder] = _saved(folder)
            found += _absent(folders[folder], place)
        found.append(_settled(place, folders[folder]))
    return found


def _absent(saved: _Saved | None, beside: Place) -> list[Place]:
    if saved is None or saved.data is None or beside.path is None:
        return []
    refusal = Refusal(RejectCode.DATASET, "state.json names this file, but it is not here", "save the data set again")
    missing = [name for name in sorted(saved.data) if not beside.path.with_name(name).is_file()]
    return [
        Place(str(PurePosixPath(beside.name).with_name(name)), beside.path.with_name(name), refusal) for name in missing
    ]


def _settled(place: Place, saved: _Saved | None) -> Place:
    name = PurePosixPath(place.name).name
    if saved is None:
        return place
    if name in _DESCRIBING:
        return replace(place, describes=True)
    if name.endswith(".arrow") and saved.data is not None and name not in saved.data:
        refusal = Refusal(
            RejectCode.DATASET, "state.json does not name this file", "remove it if it is a left-over of a cache"
        )
        return replace(place, refusal=refusal)
    return place


def _saved(folder: Path) -> _Saved | None:
    """Tell whether ``save_to_disk`` wrote this folder; None when its files say otherwise."""
    if isinstance(_object(folder / "dataset_dict.json").get("splits"), list):
        return _Saved(None)
    listed = _object(folder / "state.json").get("_data_files")
    if not isinstance(listed, list) or not (folder / "dataset_info.json").is_file():
        return None
    names = [entry.get("filename") for entry in listed if isinstance(entry, dict)]
    # A name with a folder in it would lead out of the data set.
    plain = (name for name in names if isinstance(name, str) and name and PurePosixPath(name).name == name)
    return _Saved(frozenset(plain))


def _object(path: Path) -> dict[str, Any]:
    try:
        if path.is_symlink() or path.stat().st_size > _MAX_STATE:
            return {}
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
