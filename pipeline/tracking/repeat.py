"""The configuration of a run, as it is recorded and as it comes back to be run again."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.configuration.schema import Config
from pipeline.errors import DataError, MissingError
from pipeline.tracking.store import find_store, opened

__all__ = ["CONFIG_FILE", "recorded_config", "run_config"]

CONFIG_FILE = "config.json"
_COMPARED = ("labels", "codebook")


def recorded_config(config: Config) -> dict[str, Any]:
    """Give the resolved configuration with paths relative to the current folder and no password."""
    values = config.model_dump(mode="json")
    values["codebook"] = _relative(config.codebook)
    values["labels"] = [_relative(path) for path in config.labels]
    values["encoder"]["id"], *values["encoder"]["beside"] = [
        _relative(Path(encoder)) if Path(encoder).is_absolute() else encoder
        for encoder in (config.encoder.id, *config.encoder.beside)
    ]
    store = find_store(config.tracking.uri)
    values["tracking"]["uri"] = _relative(store.database) if store.database else store.shown
    return values


def _relative(path: Path) -> str:
    return Path(os.path.relpath(path)).as_posix()


def run_config(run_id: str, *, uri: str) -> tuple[Config, dict[str, str]]:
    """Read the configuration that a run was made from.

    Parameters
    ----------
    run_id
        Id of an MLflow run that ``record`` wrote.
    uri
        Where it is kept, as ``tracking.uri``.

    Returns
    -------
    config, hashes
        The configuration, its paths found from the current folder, and the SHA-256 that ``labels`` and
        ``codebook`` must have for a true repetition.

    Raises
    ------
    MissingError
        When there is no such run, or it holds no configuration.
    TrackingError
        When the store does not answer.
    DataError
        When its configuration is not one of this version, or it trained nothing.
    """
    store = find_store(uri)
    with opened(store) as client, tempfile.TemporaryDirectory() as folder:
        from mlflow.exceptions import MlflowException

        try:
            run = client.get_run(run_id)
            path = Path(client.download_artifacts(run_id, CONFIG_FILE, folder))
            raw = path.read_bytes()
        except (MlflowException, OSError) as error:
            if _is_missing(error):
                raise MissingError(
                    f"run {run_id!r}",
                    f"no run with a {CONFIG_FILE} of that id in {store.shown}",
                    f"see the runs with: mlflow ui --backend-store-uri {store.shown} --host 127.0.0.1",
                ) from error
            raise
    if run.data.tags.get("retuned_from_sha256"):
        raise DataError(f"run {run_id}", "retuned a model and trained nothing", "themes models retune makes it again")
    try:
        config = Config.model_validate(json.loads(raw))
    except (ValidationError, ValueError) as error:
        raise DataError(
            f"run {run_id}", f"its {CONFIG_FILE} is not a configuration of this version", "train from a file"
        ) from error
    expected = {what: run.data.tags.get(f"{what}_sha256", "") for what in _COMPARED}
    return _found_from_here(config), expected


def _is_missing(error: Exception) -> bool:
    """Tell "there is no such thing" from "the store does not answer"."""
    code = getattr(error, "error_code", "")
    return isinstance(error, FileNotFoundError) or code in (
        "RESOURCE_DOES_NOT_EXIST",
        "INVALID_PARAMETER_VALUE",
    )


def _found_from_here(config: Config) -> Config:
    here = Path.cwd()
    paths = {
        "codebook": (here / config.codebook).resolve(),
        "labels": [(here / path).resolve() for path in config.labels],
    }
    return config.model_copy(update=paths)
