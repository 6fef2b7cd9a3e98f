"""Names and aliases in MLflow's model registry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.errors import MissingError, UsageError

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel
    from mlflow.entities.model_registry import ModelVersion

__all__ = [
    "CANDIDATE",
    "CHAMPION",
    "find_run",
    "find_version",
    "register_version",
    "version_by_alias",
    "version_by_number",
]

CANDIDATE = "candidate"
CHAMPION = "champion"
_MISSING = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
_RUN = r"runs:/([0-9a-fA-F]{32})"
_ACCEPTED = "accepted: models:/NAME@ALIAS, models:/NAME/VERSION, runs:/RUN_ID"


def register_version(
    client: MlflowClient, name: str, *, served: LoggedModel, run_id: str, sha256: str
) -> tuple[str, tuple[str, ...]]:
    """Make a version of a registered model and set its aliases.

    Parameters
    ----------
    served
        The model that the run logged.

    Returns
    -------
    version, aliases
        ``candidate`` moves to the new version; ``champion`` is given only when nobody has it.
    """
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    # its place, not `models:/ID`: that would be looked up in the process-wide store, which may be another one
    version = client.create_model_version(
        name,
        source=served.artifact_location,
        run_id=run_id,
        tags={"model_sha256": sha256},
        model_id=served.model_id,
    ).version
    aliases = (CANDIDATE,) if version_by_alias(client, name, CHAMPION) else (CANDIDATE, CHAMPION)
    for alias in aliases:
        client.set_registered_model_alias(name, alias, version)
    return str(version), aliases


def find_run(client: MlflowClient, uri: str, *, shown: str) -> tuple[str, str]:
    """Find the run that a model address means.

    Parameters
    ----------
    uri
        ``models:/NAME@ALIAS``, ``models:/NAME/VERSION`` or ``runs:/RUN_ID``.
    shown
        Name of the store for messages.

    Returns
    -------
    run_id, sha256
        The run, and the hash its ``model.json`` must have (empty when it was not recorded).
    """
    from mlflow.exceptions import MlflowException

    run = re.fullmatch(_RUN, uri)
    if run:
        try:
            return run[1], client.get_run(run[1]).data.tags.get("model_sha256", "")
        except MlflowException as error:
            if error.error_code in _MISSING:
                raise _missing(uri, shown) from error
            raise
    version = _named_version(client, uri)
    if version is None or not version.run_id:
        raise _missing(uri, shown)
    return version.run_id, version.tags.get("model_sha256", "")


def find_version(client: MlflowClient, uri: str, *, model: str, shown: str) -> ModelVersion:
    """Find the registered version that a model address means.

    Parameters
    ----------
    uri
        ``models:/NAME@ALIAS``, ``models:/NAME/VERSION`` or ``runs:/RUN_ID``.
    model
        Registered model of which a run must be a version.
    shown
        Name of the store for messages.

    Raises
    ------
    MissingError
        When there is none.
    """
    run = re.fullmatch(_RUN, uri)
    if run:
        found = client.search_model_versions(f"run_id = '{run[1]}'")
        numbers = [one for one in found if one.name == model]
        version = max(numbers, key=lambda one: int(one.version), default=None)
    else:
        version = _named_version(client, uri)
    if version is None:
        raise _missing(uri, shown)
    return version


def _named_version(client: MlflowClient, uri: str) -> ModelVersion | None:
    named = re.fullmatch(r"models:/([^/@]+)(?:@([^/@]+)|/(\d+))", uri)
    if not named:
        raise UsageError(uri, "not the address of a model in MLflow", _ACCEPTED)
    name, alias, number = named.groups()
    return version_by_alias(client, name, alias) if alias else version_by_number(client, name, number)


def _missing(uri: str, shown: str) -> MissingError:
    return MissingError(
        uri,
        f"no such model in {shown}",
        "themes train makes one; `mlflow ui` shows names, versions and aliases",
    )


def version_by_alias(client: MlflowClient, name: str, alias: str) -> ModelVersion | None:
    """Give the version that has an alias, or None."""
    from mlflow.exceptions import MlflowException

    try:
        return client.get_model_version_by_alias(name, alias)
    except MlflowException as error:
        if error.error_code in _MISSING:
            return None
        raise


def version_by_number(client: MlflowClient, name: str, number: str) -> ModelVersion | None:
    """Give a version, or None."""
    from mlflow.exceptions import MlflowException

    try:
        return client.get_model_version(name, number)
    except MlflowException as error:
        if error.error_code in _MISSING:
            return None
        raise
