"""A model on disk: plain arrays and JSON, checked before anything is read, running no code.

Order of loading: list the names, refuse foreign ones, compare sizes and hashes, then parse, then check the
numbers. The order is the safety: nothing from a changed file reaches a parser of arrays.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from pipeline.codebook import Codebook
from pipeline.config import EncoderConfig, IngestConfig
from pipeline.embed import load_encoder
from pipeline.errors import DataError, MissingError
from pipeline.files import canonical_json, hash_file, private_folder, write_whole
from pipeline.learn.calibration import Decider
from pipeline.learn.heads import Heads
from pipeline.model import Recipe, ThemeModel

__all__ = ["BUNDLE", "audit_bundle", "list_bundles", "load_bundle", "save_bundle", "verify_bundle"]

# Raise when the content of model.json or weights.safetensors changes meaning: then read the old number too
# (a branch in `_model`), add a bundle of it to the tests, and tell it in the CHANGELOG.
_FORMAT = 1
_LARGEST_JSON = 16 * 2**20
_AGAIN = "get the bundle again from its sender, or train it again"
_TOLERANCE = 1e-4  # scores of one bundle on another machine or library version


@dataclass(frozen=True, slots=True)
class BundleFiles:
    """Names in a bundle; no other file may stand there."""

    model: str = "model.json"
    weights: str = "weights.safetensors"
    card: str = "README.md"
    evaluation: str = "evaluation.json"
    config: str = "config.json"
    checks: str = "checks.json"

    @property
    def hashed(self) -> tuple[str, ...]:
        """All but ``model.json``, which holds their hashes."""
        return tuple(value for value in dataclasses.astuple(self) if value != self.model)


BUNDLE = BundleFiles()


def save_bundle(model: ThemeModel, *, folder: Path, documents: dict[str, bytes]) -> ThemeModel:
    """Write a bundle, ``model.json`` last: a folder without it is no model.

    Parameters
    ----------
    documents
        Content of ``README.md``, ``evaluation.json`` and ``config.json``.
    """
    from safetensors.numpy import save

    arrays = {
        "weight": model.heads.weight,
        "bias": model.heads.bias,
        "slope": model.decider.slope,
        "intercept": model.decider.intercept,
        "threshold": model.decider.threshold,
    }
    private_folder(folder)
    (folder / BUNDLE.model).unlink(missing_ok=True)
    # no metadata: safetensors writes several keys in an order that changes from process to process
    contents = documents | {
        BUNDLE.weights: save({name: np.ascontiguousarray(array) for name, array in arrays.items()}),
        BUNDLE.checks: canonical_json(_checks(model)),
    }
    files = {}
    for name in sorted(BUNDLE.hashed):
        write_whole(folder / name, contents[name])
        files[name] = {"bytes": len(contents[name]), "sha256": hashlib.sha256(contents[name]).hexdigest()}
    head = canonical_json(
        {
            "format": _FORMAT,
            "name": model.name,
            "themes": list(model.themes),
            "codebook": model.codebook.model_dump(),
            "recipe": {
                "encoder": model.recipe.encoder.model_dump(exclude={"cache", "download"}),
                "encoder_identity": model.recipe.encoder_identity,
                "ingest": model.recipe.ingest.model_dump(),
            },
            "provenance": model.provenance,
            "files": files,
        }
    )
    write_whole(folder / BUNDLE.model, head)
    return dataclasses.replace(model, sha256=hashlib.sha256(head).hexdigest())


def _checks(model: ThemeModel) -> list[dict[str, Any]]:
    """Score the codebook's own examples: they show a later reader that the model still works.

    The codebook's, not labelled paragraphs: a bundle travels, and testimony must not travel with it.
    """
    texts = [text for theme in model.codebook.themes for text in (theme.examples[:1] or [theme.definition])]
    scores = model.score(texts).scores
    return [
        {"text": text, "scores": [round(float(score), 6) for score in row]}
        for text, row in zip(texts, scores, strict=True)
    ]


def audit_bundle(folder: Path) -> dict[str, Any]:
    """Check names, sizes and hashes of a bundle and give its ``model.json``.

    Raises
    ------
    MissingError
        When there is no bundle.
    DataError
        When a file is foreign, missing, changed, a link, or of an unknown format.
    """
    again = _AGAIN
    if not (folder / BUNDLE.model).is_file():
        raise MissingError(folder, "no model bundle here (no model.json)", "themes models list shows the bundles")
    for path in sorted(folder.iterdir()):
        if path.name not in (BUNDLE.model, *BUNDLE.hashed) or path.is_symlink() or not path.is_file():
            raise DataError(path, "does not belong into a bundle; nothing was loaded", f"remove it, or {again}")
    path = folder / BUNDLE.model
    if path.stat().st_size > _LARGEST_JSON:
        raise DataError(path, f"too large for a model.json, found {path.stat().st_size} bytes", again)
    try:
        head = json.loads(path.read_bytes())
        files = dict(head["files"])
        found_format = head["format"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(path, f"not a model.json ({type(error).__name__})", again) from error
    if found_format != _FORMAT:
        raise DataError(path, f"unknown format, found {found_format!r}, known {_FORMAT}", "update themes")
    for name in BUNDLE.hashed:
        _check_file(folder / name, files.get(name), again)
    head["sha256"] = hash_file(path)
    return dict(head)


def _check_file(path: Path, expected: Any, again: str) -> None:
    if not path.is_file() or not isinstance(expected, dict):
        raise DataError(path, "missing from the bundle", again)
    if path.stat().st_size != expected.get("bytes") or hash_file(path) != expected.get("sha256"):
        raise DataError(path, "changed since the bundle was written; nothing was loaded", again)


def load_bundle(folder: Path) -> ThemeModel:
    """Read a bundle after ``audit_bundle`` and check that its encoder is here and unaltered.

    Raises
    ------
    MissingError, DataError
        As ``audit_bundle``; also when numbers or shapes are wrong or the encoder is another one.
    """
    head = audit_bundle(folder)
    from safetensors.numpy import load_file

    arrays = load_file(folder / BUNDLE.weights)
    try:
        codebook = Codebook.model_validate(head["codebook"])
        recipe = Recipe(
            EncoderConfig.model_validate(head["recipe"]["encoder"]),
            head["recipe"]["encoder_identity"],
            IngestConfig.model_validate(head["recipe"]["ingest"]),
        )
        provenance, name = dict(head["provenance"]), str(head["name"])
    except (ValidationError, KeyError, TypeError) as error:
        raise DataError(
            folder / BUNDLE.model, f"incomplete ({type(error).__name__})", "train the model again"
        ) from error
    if provenance.get("codebook") != codebook.sha256 or head.get("themes") != list(codebook.ids):
        raise DataError(
            folder / BUNDLE.model,
            f"its codebook is not the one it was trained on, found {codebook.sha256[:16]}",
            _AGAIN,
        )
    _check_arrays(folder / BUNDLE.weights, arrays, themes=len(codebook.themes))
    encoder = load_encoder(recipe.encoder)
    if encoder.identity != recipe.encoder_identity:
        raise DataError(
            folder,
            f"was trained with another encoder, found {encoder.identity[:16]}, needed {recipe.encoder_identity[:16]}",
            f"install the encoder {recipe.encoder.id!r} as it was, or train again",
        )
    return ThemeModel(
        name=name,
        recipe=recipe,
        codebook=codebook,
        heads=Heads(arrays["weight"], arrays["bias"]),
        decider=Decider(arrays["slope"], arrays["intercept"], arrays["threshold"]),
        encoder=encoder,
        provenance=provenance,
        sha256=head["sha256"],
    )


def _check_arrays(path: Path, arrays: dict[str, Any], *, themes: int) -> None:
    kinds = {"weight": "float32", "bias": "float32", "slope": "float64", "intercept": "float64"}
    kinds["threshold"] = "float64"
    for name, kind in kinds.items():
        array = arrays.get(name)
        if array is None or str(array.dtype) != kind or array.shape[:1] != (themes,):
            found = "nothing" if array is None else f"{array.dtype} {array.shape}"
            raise DataError(path, f"array {name!r} must be {kind} for {themes} themes, found {found}", "train again")
        if array.ndim != (2 if name == "weight" else 1) or not np.isfinite(array).all():
            raise DataError(path, f"array {name!r} has numbers that are not finite or a wrong shape", "train again")
    extra = sorted(set(arrays) - set(kinds))
    if extra:
        raise DataError(path, f"unknown array {extra[0]!r}", "train again")


def verify_bundle(folder: Path) -> float:
    """Check a bundle and score its check paragraphs again.

    Returns
    -------
    float
        Largest difference between a stored and a new score.

    Raises
    ------
    DataError
        Also when a score differs by more than 1e-4.
    """
    model = load_bundle(folder)
    checks = json.loads((folder / BUNDLE.checks).read_bytes())
    scores = model.score([check["text"] for check in checks]).scores
    stored = np.array([check["scores"] for check in checks])
    worst = float(np.abs(scores - stored).max()) if len(checks) else 0.0
    if worst > _TOLERANCE:
        raise DataError(
            folder,
            f"check paragraphs score otherwise on this machine, largest difference {worst:.6f}",
            "look for a changed library with `pip check`; do not use this model here",
        )
    return worst


def list_bundles(folder: Path) -> list[Path]:
    """Give the bundles in a folder, sorted by name."""
    return sorted(path.parent for path in folder.glob(f"*/{BUNDLE.model}"))
