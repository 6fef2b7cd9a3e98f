"""What a finished run says of itself: the content of ``run.json``, and the same for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.ingest.ledger import Counts, Ledger
from pipeline.ingest.reading.dump import DumpFile
from pipeline.learning.promises import UNPROMISED
from pipeline.model.theme_model import ThemeModel
from pipeline.tagging.counts import ThemeCount
from pipeline.tagging.manifest import Identity
from pipeline.tagging.shards import Shard

__all__ = ["Summary", "manifest_of"]


@dataclass(frozen=True, slots=True)
class Summary:
    """A finished run.

    Parameters
    ----------
    out
        The output folder.
    manifest
        Content of its ``run.json``.
    kept_chunks
        How many chunks an interrupted run had already done.
    was_finished
        Whether everything was there already, so that nothing was done.
    """

    out: Path
    manifest: dict[str, Any]
    kept_chunks: int = 0
    was_finished: bool = False

    @property
    def run_id(self) -> str:
        """Id of the run, as in every row."""
        return str(self.manifest["run_id"])

    @property
    def rows(self) -> Counts:
        """What became of the rows of the dump."""
        return Counts(**self.manifest["totals"]["rows"])

    @property
    def articles(self) -> int:
        """Articles that were tagged."""
        return int(self.manifest["totals"]["articles"])

    @property
    def paragraphs(self) -> int:
        """Paragraphs that were tagged: titles and subheadings too, noise not."""
        return int(self.manifest["totals"]["tagged_paragraphs"])

    @property
    def to_read(self) -> int:
        """Paragraphs that are yes or review for any theme."""
        return int(self.manifest["totals"]["paragraphs_to_read"])

    @property
    def promises(self) -> dict[str, str]:
        """What the band ``review`` promises for each theme, in words."""
        return dict(self.manifest["model"]["promises"])

    @property
    def themes(self) -> dict[str, ThemeCount]:
        """How often each theme was given, in the codebook's order."""
        counts = self.manifest["themes"]
        return {name: ThemeCount(**counts[name]) for name in self.manifest["model"]["themes"]}


def manifest_of(
    model: ThemeModel,
    identity: Identity,
    *,
    inputs: Sequence[DumpFile],
    ledger: Ledger,
    counts: Mapping[str, Any],
    themes: Mapping[str, ThemeCount],
    shards: Sequence[Shard],
) -> dict[str, Any]:
    """Give the content of ``run.json``."""
    recipe = model.recipe
    kinds = dict(sorted(counts["kinds"].items()))
    return identity.as_dict() | {
        "model": {
            "name": model.name,
            "sha256": model.sha256,
            "themes": list(model.themes),
            "thresholds": {
                theme: float(value) for theme, value in zip(model.themes, model.decider.threshold, strict=True)
            },
            "floors": {theme: float(value) for theme, value in zip(model.themes, model.decider.floor, strict=True)},
            "promises": _promises(model),
            "codebook_version": model.codebook.version,
            "codebook_sha256": model.codebook.sha256,
            "recipe": {
                "encoder": recipe.encoder.model_dump(exclude={"cache", "download"}),
                "encoder_identity": recipe.encoder_identity,
                "ingest": recipe.ingest.model_dump(),
            },
            "provenance": dict(model.provenance),
        },
        "inputs": _inputs(inputs, ledger),
        "totals": {
            "rows": ledger.totals().as_dict(),
            "articles": counts["articles"],
            "paragraphs": counts["paragraphs"],
            "tagged_paragraphs": counts["paragraphs"] - kinds.get("noise", 0),
            "distinct_paragraphs": counts["once"]["distinct_paragraphs"],
            "stories": counts["once"]["stories"],
            "paragraphs_to_read": counts["to_read"],
            "paths": counts["paths"],
            "kinds": kinds,
            "noise_reasons": dict(sorted(counts["noise"].items())),
            "codes": dict(sorted(counts["codes"].items())),
        },
        "themes": {name: count.as_dict() for name, count in themes.items()},
        "outputs": [
            {"file": shard.file, "sha256": shard.sha256, "bytes": shard.size, "rows": shard.rows}
            for shard in sorted(shards, key=lambda shard: shard.file)
        ],
    }


def _promises(model: ThemeModel) -> dict[str, str]:
    """Say for each theme what its floor promises, in words; all are ``no promise`` where that is not known."""
    promises = model.decider.promises or (UNPROMISED,) * len(model.themes)
    return {theme: str(promise) for theme, promise in zip(model.themes, promises, strict=True)}


def _inputs(inputs: Sequence[DumpFile], ledger: Ledger) -> list[dict[str, Any]]:
    """Join the files that were listed with the rows that were read in them, by name."""
    nothing = Counts().as_dict()
    rows = {str(row["file"]): {name: row[name] for name in nothing} for row in ledger.as_rows()}
    found = [
        {"file": one.name, "sha256": one.sha256, "bytes": one.size} | rows.pop(one.name, nothing) for one in inputs
    ]
    found += [{"file": file, "sha256": "", "bytes": 0} | counts for file, counts in rows.items()]
    return sorted(found, key=lambda one: str(one["file"]))
