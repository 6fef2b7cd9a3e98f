"""A finished output folder of ``themes tag``, read part by part."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DataError, MissingError
from pipeline.model.theme_model import BANDS, YES
from pipeline.tagging.formats import FileFormat, file_format_named, plain_text
from pipeline.tagging.manifest import MANIFEST, read_manifest
from pipeline.tagging.rows import PARAGRAPHS, TAGS, Columns
from pipeline.tagging.shards import Shard

__all__ = ["YES", "Batch", "TaggedDump", "open_tags"]

_DECISIONS = {word: number for number, word in enumerate(BANDS)}
_AGAIN = "tag again with --overwrite"


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """The paragraphs of one part, as they stand in it: whole articles.

    Parameters
    ----------
    columns
        Of the table ``paragraphs``, those asked for, each with n values.
    scores
        float32 (n, t).
    decisions
        int8 (n, t): places in ``BANDS``; ``YES`` alone counts as tagged.
    first
        bool (n,): whether the paragraph is the first of its near-duplicates, which stands for them all.
    """

    columns: Columns
    scores: NDArray[np.float32]
    decisions: NDArray[np.int8]
    first: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TaggedDump:
    """A finished run whose files are as they were written; made by ``open_tags``.

    Parameters
    ----------
    folder
        Where it stands.
    run_id, model_sha256, model_name, codebook_version
        As its ``run.json`` says.
    themes
        Ids of the t themes, in the order of columns.
    thresholds
        t numbers: from which score each theme is given.
    has_text
        Whether the paragraphs hold their text.
    file_format
        Of the parts.
    parts
        Number of the parts, as ``part-00000``.
    """

    folder: Path
    run_id: str
    model_sha256: str
    model_name: str
    codebook_version: str
    themes: tuple[str, ...]
    thresholds: tuple[float, ...]
    has_text: bool
    file_format: FileFormat
    parts: tuple[str, ...]

    def batches(self, columns: Sequence[str] = ()) -> Iterator[Batch]:
        """Read all parts in order.

        Parameters
        ----------
        columns
            Of ``paragraphs``, beside the ids that are always there.

        Raises
        ------
        DataError
            When the two tables do not fit each other.
        """
        wanted = tuple(dict.fromkeys(("paragraph_id", "cluster_id", *columns)))
        for part in self.parts:
            paragraphs = self._read(PARAGRAPHS.name, part, wanted)
            tags = self._read(TAGS.name, part, ("paragraph_id", "theme", "score", "decision"))
            yield self._joined(paragraphs, tags, part)

    def _joined(self, paragraphs: Columns, tags: Columns, part: str) -> Batch:
        ids, each = paragraphs["paragraph_id"], len(self.themes)
        fits = tags["paragraph_id"][::each] == ids and len(tags["theme"]) == len(ids) * each
        if not fits or tags["theme"] != list(self.themes) * len(ids) or set(tags["decision"]) - set(_DECISIONS):
            raise DataError(self.folder / TAGS.name / part, f"does not fit the same part of {PARAGRAPHS.name}", _AGAIN)
        shape = (len(ids), each)
        return Batch(
            paragraphs,
            np.array(tags["score"], dtype=np.float32).reshape(shape),
            np.array([_DECISIONS[word] for word in tags["decision"]], dtype=np.int8).reshape(shape),
            np.array([one == other for one, other in zip(ids, paragraphs["cluster_id"], strict=True)], dtype=bool),
        )

    def _read(self, table: str, part: str, names: Sequence[str]) -> Columns:
        path = self.folder / table / f"{part}.{self.file_format}"
        return _READERS[self.file_format](path, names)


def _parquet(path: Path, names: Sequence[str]) -> Columns:
    import pyarrow.parquet as pq

    return dict(pq.read_table(path, columns=list(names), page_checksum_verification=True).to_pydict())


def _jsonl(path: Path, names: Sequence[str]) -> Columns:
    columns: Columns = {name: [] for name in names}
    with path.open(encoding="utf-8", newline="\n") as file:  # other line ends may stand inside texts
        for line in file:
            row = json.loads(line)
            for name, values in columns.items():
                values.append(row[name])
    return columns


def _csv(path: Path, names: Sequence[str]) -> Columns:
    columns: Columns = {name: [] for name in names}
    kinds = dict((*PARAGRAPHS.columns, *TAGS.columns))
    before = csv.field_size_limit(2**31 - 1)  # titles and addresses of a dump may be of any length
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                for name, values in columns.items():
                    values.append(plain_text(row[name]) if kinds[name] == "string" else _number(row[name]))
    finally:
        csv.field_size_limit(before)
    return columns


def _number(cell: str) -> float | int:
    return float(cell) if "." in cell or "e" in cell else int(cell)


_READERS = {"parquet": _parquet, "jsonl": _jsonl, "csv": _csv}


def open_tags(folder: Path) -> TaggedDump:
    """Accept an output folder only as a finished run wrote it.

    Raises
    ------
    MissingError
        When there is no such folder.
    DataError
        When the run is not finished, or one of its files was changed or lost.
    """
    if not folder.is_dir():
        raise MissingError(folder, "no such folder", "name the --out folder of a `themes tag` run")
    manifest = read_manifest(folder)
    if manifest is None:
        problem = f"not a finished run of `themes tag` (no {MANIFEST})"
        raise DataError(folder, problem, "run the same `themes tag` command again, or name its --out folder")
    try:
        shards = [Shard(one["file"], one["sha256"], one["bytes"], one["rows"]) for one in manifest["outputs"]]
        dump = _dump(folder, manifest, shards)
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(folder / MANIFEST, f"incomplete ({type(error).__name__}: {error})", _AGAIN) from error
    for shard in shards:
        if not shard.is_intact(folder):
            raise DataError(folder / shard.file, "changed or lost since the run was finished", _AGAIN)
    return dump


def _dump(folder: Path, manifest: dict[str, Any], shards: Sequence[Shard]) -> TaggedDump:
    model, settings = manifest["model"], manifest["identity"]["settings"]
    names = [Path(shard.file) for shard in shards]
    return TaggedDump(
        folder=folder,
        run_id=str(manifest["run_id"]),
        model_sha256=str(model["sha256"]),
        model_name=str(model["name"]),
        codebook_version=str(model["codebook_version"]),
        themes=tuple(model["themes"]),
        thresholds=tuple(float(model["thresholds"][theme]) for theme in model["themes"]),
        has_text=bool(settings["text"]),
        file_format=file_format_named(settings["format"]),
        parts=tuple(sorted(name.stem for name in names if name.parts[0] == PARAGRAPHS.name)),
    )
