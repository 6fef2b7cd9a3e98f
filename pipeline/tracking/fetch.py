"""A bundle out of MLflow's store, as files: nothing is loaded through MLflow, whose models may run code."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.encoders import VectorCache
from pipeline.errors import DataError, MissingError, ThemesError, TrackingError
from pipeline.files import canonical_json, hash_file, private_folder, write_whole
from pipeline.model.bundle import BUNDLE, audit_bundle, bundle_files
from pipeline.records import digest
from pipeline.tracking.registry import find_run
from pipeline.tracking.store import find_store, opened

if TYPE_CHECKING:
    from mlflow import MlflowClient

__all__ = ["fetch_model"]

_KNOWN = "known.json"  # what each address meant when it was last asked for


def fetch_model(uri: str, *, tracking_uri: str, into: Path | None = None) -> Path:
    """Copy the bundle of a registered model or run to this machine and check it.

    Parameters
    ----------
    uri
        ``models:/NAME@ALIAS``, ``models:/NAME/VERSION`` or ``runs:/RUN_ID``.
    tracking_uri
        The store, as ``tracking.uri``.
    into
        Folder that gets one folder per model; ``models`` in the private cache when not given.

    Returns
    -------
    Path
        The bundle, named by the SHA-256 of its ``model.json``; fetched once.

    Raises
    ------
    MissingError
        When there is no such store, model, alias or run, or it holds no bundle.
    TrackingError
        When the store does not answer; names the copy that was fetched last, when there is one.
    DataError
        When the bundle is not the one that was recorded, or was changed.
    """
    store = find_store(tracking_uri)
    folder = private_folder(into or VectorCache().folder.with_name("models"))
    key = digest(store.uri, uri)
    try:
        with opened(store) as client:
            run_id, sha256 = find_run(client, uri, shown=store.shown)
            bundle = folder / sha256
            if not sha256 or not _intact(bundle):
                bundle = _download(client, run_id, folder, uri=uri, sha256=sha256)
    except TrackingError as error:
        raise _with_last_copy(error, folder, key=key) from error
    _remember(folder, key=key, bundle=bundle)
    return bundle


def _intact(bundle: Path) -> bool:
    try:
        audit_bundle(bundle)
    except ThemesError:
        return False
    return True


def _download(client: MlflowClient, run_id: str, folder: Path, *, uri: str, sha256: str) -> Path:
    """Fetch the closed list of a bundle's files, check them, and only then give them their name."""
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=folder) as name:
        partial = private_folder(Path(name) / "bundle")
        into = Path(name)
        _download_file(client, run_id, BUNDLE.model, into=into, uri=uri).rename(partial / BUNDLE.model)
        for file in bundle_files(partial)[1:]:
            _download_file(client, run_id, file, into=into, uri=uri).rename(partial / file)
        found = hash_file(partial / BUNDLE.model)
        if sha256 and found != sha256:
            raise DataError(
                uri,
                f"not the model that was recorded, found {found[:16]}, recorded {sha256[:16]}",
                "do not use it; train again, or ask who keeps the tracking store",
            )
        audit_bundle(partial)
        place = folder / found
        if place.exists():  # damaged: into the folder that is about to be deleted
            place.rename(Path(name) / "damaged")
        partial.rename(place)
    return place


def _download_file(client: MlflowClient, run_id: str, file: str, *, into: Path, uri: str) -> Path:
    """Fetch one file; local and remote stores differ in where below ``into`` they put it."""
    from mlflow.exceptions import MlflowException

    path = f"bundle/{file}"
    try:
        return Path(client.download_artifacts(run_id, path, str(into)))
    except (MlflowException, OSError) as error:
        code = getattr(error, "error_code", "")
        if isinstance(error, FileNotFoundError) or code in ("RESOURCE_DOES_NOT_EXIST", "NOT_FOUND"):
            raise MissingError(
                uri, f"its run {run_id} holds no {path}", "only models that themes trained can be fetched"
            ) from error
        raise


def _remember(folder: Path, *, key: str, bundle: Path) -> None:
    known = _known(folder) | {key: bundle.name}
    write_whole(folder / _KNOWN, canonical_json(known))


def _known(folder: Path) -> dict[str, str]:
    try:
        return dict(json.loads((folder / _KNOWN).read_bytes()))
    except (OSError, ValueError):
        return {}


def _with_last_copy(error: TrackingError, folder: Path, *, key: str) -> TrackingError:
    """Name the copy fetched last: a person may choose it, we do not use an old champion unasked."""
    bundle = folder / _known(folder).get(key, "?")
    if not _intact(bundle):
        return error
    return TrackingError(error.place, error.problem, f"{error.remedy}; or use the copy fetched last: {bundle}")
