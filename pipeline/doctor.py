"""Whether everything is here, offline and unaltered, and what this machine computes with."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path

from pipeline.configuration.schema import EncoderConfig
from pipeline.encoders import VectorCache, choose_backend, find_encoder
from pipeline.encoders.backend_choice import EIGHT_BITS, processor
from pipeline.errors import ThemesError
from pipeline.model.bundle import audit_bundle, encoder_config, list_bundles, verify_bundle

__all__ = ["Finding", "examine"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    what
        Was looked at.
    state
        ``ok``, ``look`` (works, but you should know) or ``broken``.
    said
        What was found, and the remedy.
    """

    what: str
    state: str
    said: str


def examine(models: Path, *, encoder: EncoderConfig, score: Path | None = None) -> list[Finding]:
    """Look at libraries, processor, encoder, bundles and cache. Nothing is changed and no network is used.

    Parameters
    ----------
    models
        Folder with bundles; each is hashed.
    encoder
        As a configuration names it.
    score
        A bundle whose check paragraphs are scored again.
    """
    findings = [
        _looked("libraries", _libraries),
        _looked("processor", _processor),
        _looked(f"encoder {encoder.id}", partial(_encoder, encoder)),
        _looked("cache", _cache),
    ]
    findings += [_looked(f"bundle {folder}", partial(_bundle, folder)) for folder in list_bundles(models)]
    if score is not None:
        findings.append(_looked(f"scores of {score}", partial(_scores, score)))
    return findings


def _looked(what: str, look: Callable[[], tuple[str, str]]) -> Finding:
    """Turn an error into a finding: the doctor ends his round."""
    try:
        return Finding(what, *look())
    except ThemesError as error:
        return Finding(what, "broken", str(error))


def _libraries() -> tuple[str, str]:
    """Compare what is installed with what the package asks for."""
    from packaging.requirements import Requirement

    try:
        asked = [Requirement(line) for line in metadata.requires("themes") or []]
    except metadata.PackageNotFoundError:
        return "look", "themes runs from a checkout that is not installed; pip install -c constraints.txt -e ."
    wrong, named = [], []
    for one in asked:
        if one.marker is not None and not one.marker.evaluate({"extra": ""}):
            continue
        try:
            found = metadata.version(one.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{one.name} is missing")
            continue
        if not one.specifier.contains(found, prereleases=True):
            wrong.append(f"{one.name} {found} is not {one.specifier}")
        elif one.name in ("openvino", "torch", "scikit-learn", "mlflow"):
            named.append(f"{one.name} {found}")
    if wrong:
        return "broken", f"{'; '.join(wrong)}; pip install -c constraints.txt -e ."
    return "ok", ", ".join(named)


def _processor() -> tuple[str, str]:
    found = processor()
    if not found:
        return "look", "its instruction sets cannot be read here; `auto` computes in fp32"
    safe = sorted(found & EIGHT_BITS)
    if safe:
        return "ok", f"sums 8-bit products safely ({', '.join(safe)})"
    return "look", "no sure 8-bit sums: models made with encoder.precision=int8 may score otherwise; verify them"


def _encoder(config: EncoderConfig) -> tuple[str, str]:
    files = find_encoder(config)
    choice = choose_backend(config, files.folder)
    return "ok", f"{len(files.sha256)} files unaltered; runs on {choice.backend} in {choice.precision}: {choice.why}"


def _cache() -> tuple[str, str]:
    cache = VectorCache()
    if not cache.folder.is_dir():
        return "ok", f"{cache.folder}: empty"
    mode = stat.S_IMODE(cache.folder.stat().st_mode)
    size = f"{cache.folder}: {cache.entries()} vectors, {cache.size() / 2**20:.1f} MiB"
    if mode & 0o077:
        return "look", f"{size}, and others can read it (mode {mode:o}): vectors tell of the text; chmod 700 it"
    return "ok", size


def _bundle(folder: Path) -> tuple[str, str]:
    head = audit_bundle(folder)
    config = encoder_config(head)
    choice = choose_backend(config, find_encoder(config).folder)
    return "ok", f"unaltered; {len(head['themes'])} themes, runs on {choice.backend} in {choice.precision}"


def _scores(folder: Path) -> tuple[str, str]:
    return "ok", f"check paragraphs score as they did, largest difference {verify_bundle(folder):.6f}"
