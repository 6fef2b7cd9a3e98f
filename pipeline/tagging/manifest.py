"""``run.json``: what a finished run was made from and what it wrote; written last, without clock or host."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from pipeline.errors import DataError
from pipeline.files import canonical_json, write_whole
from pipeline.ingest.reading.dump import DumpFile
from pipeline.model.theme_model import ThemeModel
from pipeline.records import digest
from pipeline.tagging.formats import FileFormat
from pipeline.tagging.shards import CHUNK

__all__ = ["MANIFEST", "Identity", "read_manifest", "themes_version", "write_manifest"]

MANIFEST = "run.json"

# Raise when a file or column of the output changes its meaning; tell it in docs/output.md and the CHANGELOG.
_FORMAT = 3
_TOOL = "themes tag"


def themes_version() -> str:
    """Give the version of the installed package; ``unknown`` when it runs from a folder."""
    try:
        return metadata.version("themes")
    except metadata.PackageNotFoundError:
        return "unknown"


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes a run: from the same identity come the same bytes.

    Parameters
    ----------
    model
        SHA-256 of the model's ``model.json``.
    input
        Hash over names and contents of all input files.
    settings
        All that was chosen on the command line and can change a byte of the output.
    """

    model: str
    input: str
    settings: dict[str, Any]

    @classmethod
    def of(
        cls,
        model: ThemeModel,
        inputs: Sequence[DumpFile],
        *,
        file_format: FileFormat,
        fields: dict[str, str],
        keep_text: bool,
    ) -> Identity:
        """Give the identity of a run that is about to start."""
        settings = {
            "chunk": CHUNK,
            "fields": dict(sorted(fields.items())),
            "format": file_format,
            "output_format": _FORMAT,
            "text": keep_text,
            "themes_version": themes_version(),
        }
        hashed = digest(*(part for one in inputs for part in (one.name, one.sha256)))
        return cls(model.sha256, hashed, settings)

    @property
    def run_id(self) -> str:
        """``r`` and 20 hex digits."""
        return "r" + digest(self.model, self.input, canonical_json(self.settings))[:20]

    def as_dict(self) -> dict[str, Any]:
        """Give what is written into the journal and the manifest."""
        return {
            "tool": _TOOL,
            "run_id": self.run_id,
            "identity": {"model": self.model, "input": self.input, "settings": self.settings},
        }

    def differs_from(self, other: dict[str, Any]) -> list[str]:
        """Say in which parts another run's ``as_dict`` differs, as ``settings.format: 'csv' there, 'parquet' here``."""
        theirs = other.get("identity", {})
        found = []
        for name, here in (("model", self.model), ("input", self.input)):
            if theirs.get(name) != here:
                found.append(f"{name}: {str(theirs.get(name))[:16]} there, {here[:16]} here")
        settings = theirs.get("settings", {})
        for name, value in self.settings.items():
            if settings.get(name) != value:
                found.append(f"settings.{name}: {settings.get(name)!r} there, {value!r} here")
        return found


def write_manifest(out: Path, content: dict[str, Any]) -> None:
    """Write ``run.json``: from now on the folder is a finished run."""
    write_whole(out / MANIFEST, canonical_json(content))


def read_manifest(out: Path) -> dict[str, Any] | None:
    """Give the manifest of a finished run; None when there is none.

    Raises
    ------
    DataError
        When the file is none of ours or damaged.
    """
    path = out / MANIFEST
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_bytes())
        known = isinstance(content, dict) and content.get("tool") == _TOOL and "run_id" in content
    except (ValueError, RecursionError):
        known = False
    if not known:
        raise DataError(path, "not the manifest of a `themes tag` run", "name another folder with --out")
    return dict(content)
