"""A model on disk: plain arrays and JSON, checked before anything is read, running no code.

Order of loading: list the names, refuse foreign ones, compare sizes and hashes, then parse, then check the
numbers. The order is the safety: nothing from a changed file reaches a parser of arrays.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from pipeline.configuration.schema import EncoderConfig, IngestConfig
from pipeline.encoders import network_of
from pipeline.errors import DataError, MissingError
from pipeline.files import canonical_json, hash_file, private_folder, write_whole
from pipeline.labels.codebook import Codebook
from pipeline.learning.heads import Heads
from pipeline.learning.promises import Promise
from pipeline.model.bundle_arrays import (
    check_arrays,
    decider_of,
    held_out_arrays,
    model_arrays,
    read_held_out,
)
from pipeline.model.bundle_files import BUNDLE
from pipeline.model.bundle_student import read_encoder, read_gate, student_contents
from pipeline.model.theme_model import Recipe, ThemeModel

__all__ = [
    "BUNDLE",
    "audit_bundle",
    "bundle_files",
    "encoder_config",
    "list_bundles",
    "load_bundle",
    "save_bundle",
    "verify_bundle",
]

# Raise when the content of model.json or weights.safetensors changes meaning: then read the old number too
# (as `load_bundle` and `bundlearrays` read 1), add a bundle of it to the tests, and tell it in the CHANGELOG.
_FORMAT = 2
_READABLE = (1, 2)  # 1: before held-out rows travelled with the model
_LARGEST_JSON = 16 * 2**20
_AGAIN = "get the bundle again from its sender, or train it again"
_REFERENCE = {"backend": "torch", "precision": "fp32"}  # of bundles from before there was a choice
# of scores of one bundle on another processor or library version; on the same they are the same to the last bit
_TOLERANCES = {"fp32": 1e-4, "bf16": 0.02, "int8": 0.1}


def save_bundle(
    model: ThemeModel,
    *,
    folder: Path,
    documents: dict[str, bytes],
    checks: Sequence[dict[str, Any]] | None = None,
) -> ThemeModel:
    """Write a bundle, ``model.json`` last: a folder without it is no model.

    Parameters
    ----------
    documents
        Content of ``README.md``, ``evaluation.json`` and ``config.json``.
    checks
        Texts and logits of the check paragraphs; None lets the model compute them.
    """
    from safetensors.numpy import save

    arrays = model_arrays(model)
    private_folder(folder)
    (folder / BUNDLE.model).unlink(missing_ok=True)
    # no metadata: safetensors writes several keys in an order that changes from process to process
    contents = documents | {
        BUNDLE.weights: save({name: np.ascontiguousarray(array) for name, array in arrays.items()}),
        BUNDLE.checks: canonical_json(_scored_checks(model, _checks(model) if checks is None else checks)),
    }
    if model.held_out is not None:
        contents[BUNDLE.held_out] = save(held_out_arrays(model.held_out))
    network = network_of(model.encoder)
    if network is not None and network.adapter is not None:
        contents[BUNDLE.adapter] = save(dict(network.adapter.arrays))
    if network is not None and network.quantization is not None:
        contents[BUNDLE.quantization] = save(dict(network.quantization.arrays))
    contents |= student_contents(model)
    for name in BUNDLE.optional:
        (folder / name).unlink(missing_ok=True)
    files = {}
    for name in sorted(contents):
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
                "neighbours": model.recipe.neighbours,
                "words": model.recipe.words,
            },
            "promises": [promise.as_dict() for promise in model.decider.promises],
            "provenance": model.provenance,
            "files": files,
        }
    )
    write_whole(folder / BUNDLE.model, head)
    return dataclasses.replace(model, sha256=hashlib.sha256(head).hexdigest())


def _checks(model: ThemeModel) -> list[dict[str, Any]]:
    """Give the codebook's own examples with their logits: they show a later reader that the model still works.

    The codebook's, not labelled paragraphs: a bundle travels, and testimony must not travel with it.
    """
    texts = [text for theme in model.codebook.themes for text in (theme.examples[:1] or [theme.definition])]
    logits = model.full.score(texts).logits
    return [
        {"text": text, "logits": [round(float(logit), 6) for logit in row]}
        for text, row in zip(texts, logits, strict=True)
    ]


def _scored_checks(model: ThemeModel, checks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add the scores to the logits of check paragraphs."""
    logits = np.array([check["logits"] for check in checks], dtype=np.float64).reshape(-1, len(model.themes))
    return [
        {"text": check["text"], "logits": check["logits"], "scores": [round(float(score), 6) for score in row]}
        for check, row in zip(checks, model.decider.scores(logits), strict=True)
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
    if not (folder / BUNDLE.model).is_file():
        raise MissingError(folder, "no model bundle here (no model.json)", "themes models list shows the bundles")
    for path in sorted(folder.iterdir()):
        if path.name not in BUNDLE.known or path.is_symlink() or not path.is_file():
            raise DataError(path, "does not belong into a bundle; nothing was loaded", f"remove it, or {_AGAIN}")
    head, files = _read_head(folder / BUNDLE.model)
    present = {path.name for path in folder.iterdir()} - {BUNDLE.model}
    for name in sorted({*BUNDLE.required, *files, *present}):
        _check_file(folder / name, files.get(name))
    head["sha256"] = hash_file(folder / BUNDLE.model)
    return head


def bundle_files(folder: Path) -> tuple[str, ...]:
    """Give the names of a bundle's files as its ``model.json`` lists them, itself first; foreign names are left out.

    Raises
    ------
    DataError
        When ``model.json`` cannot be read.
    """
    _, files = _read_head(folder / BUNDLE.model)
    return BUNDLE.model, *sorted(set(files) & set(BUNDLE.known))


def encoder_config(head: dict[str, Any]) -> EncoderConfig:
    """Give what a ``model.json`` says of the encoder."""
    return EncoderConfig.model_validate(_REFERENCE | head["recipe"]["encoder"])


def _read_head(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read ``model.json`` and its list of files."""
    if path.stat().st_size > _LARGEST_JSON:
        raise DataError(path, f"too large for a model.json, found {path.stat().st_size} bytes", _AGAIN)
    try:
        head = dict(json.loads(path.read_bytes()))
        files = dict(head["files"])
        found_format = head["format"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(path, f"not a model.json ({type(error).__name__})", _AGAIN) from error
    if found_format not in _READABLE:
        raise DataError(path, f"unknown format, found {found_format!r}, known {_READABLE}", "update themes")
    return head, files


def _check_file(path: Path, expected: Any) -> None:
    if not path.is_file() or not isinstance(expected, dict):
        raise DataError(path, "missing from the bundle, or from its model.json", _AGAIN)
    if path.stat().st_size != expected.get("bytes") or hash_file(path) != expected.get("sha256"):
        raise DataError(path, "changed since the bundle was written; nothing was loaded", _AGAIN)


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
            encoder_config(head),
            head["recipe"]["encoder_identity"],
            IngestConfig.model_validate(head["recipe"]["ingest"]),
            float(head["recipe"].get("neighbours", 0.0)),
            int(head["recipe"].get("words", 0)),
        )
        provenance, name = dict(head["provenance"]), str(head["name"])
        promises = tuple(Promise(**promise) for promise in head.get("promises", ()))
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
    if len(promises) not in (0, len(codebook.themes)):
        raise DataError(folder / BUNDLE.model, f"promises for {len(promises)} themes", _AGAIN)
    check_arrays(folder / BUNDLE.weights, arrays, themes=len(codebook.themes), old=head["format"] == 1)
    encoder = read_encoder(folder, recipe.encoder)
    if encoder.identity != recipe.encoder_identity:
        raise DataError(
            folder,
            f"was trained with another encoder, found {encoder.identity[:16]}, needed {recipe.encoder_identity[:16]}",
            f"install the encoder {recipe.encoder.id!r} as it was, or train again",
        )
    model = ThemeModel(
        name=name,
        recipe=recipe,
        codebook=codebook,
        heads=Heads(arrays["weight"], arrays["bias"]),
        decider=decider_of(arrays, promises),
        encoder=encoder,
        provenance=provenance,
        held_out=read_held_out(folder / BUNDLE.held_out, themes=len(codebook.themes), config=folder / BUNDLE.config),
        sha256=head["sha256"],
    )
    return dataclasses.replace(model, gate=read_gate(folder, model))


def verify_bundle(folder: Path) -> float:
    """Check a bundle and score its check paragraphs again.

    Returns
    -------
    float
        Largest difference between a stored and a new score.

    Raises
    ------
    DataError
        Also when a score differs by more than other processors explain: 0.0001 in fp32, 0.02 in bf16, 0.1 in 8 bits.
    """
    model = load_bundle(folder)
    checks = json.loads((folder / BUNDLE.checks).read_bytes())
    scores = model.full.score([check["text"] for check in checks]).scores
    stored = np.array([check["scores"] for check in checks])
    worst = float(np.abs(scores - stored).max()) if len(checks) else 0.0
    if worst > _TOLERANCES.get(model.recipe.encoder.precision, _TOLERANCES["fp32"]):
        raise DataError(
            folder,
            f"check paragraphs score otherwise on this machine, largest difference {worst:.6f}",
            "look for a changed library with `pip check`; do not use this model here",
        )
    return worst


def list_bundles(folder: Path) -> list[Path]:
    """Give the bundles in a folder, sorted by name."""
    return sorted(path.parent for path in folder.glob(f"*/{BUNDLE.model}"))
