"""Where runs are kept, and a connection to it that keeps MLflow's habits out.

MLflow's own defaults would put a database in the current folder, readable by all, store who ran which script,
wait minutes for a server that is down, and break when several processes make the database at once.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import ConfigError, MissingError, ThemesError, TrackingError
from pipeline.files import locked, private_folder
from pipeline.offline import quiet

if TYPE_CHECKING:
    from mlflow import MlflowClient

__all__ = ["Store", "ensure_experiment", "find_store", "opened"]

# one quick second try: whoever waits for a server that is down waits seconds, not MLflow's many minutes
_ENVIRONMENT = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",  # progress is told by our own
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
_LOGGERS = ("mlflow", "alembic")


@dataclass(frozen=True, slots=True)
class Store:
    """Where runs are kept.

    Parameters
    ----------
    uri
        For MLflow: ``sqlite:////...`` or ``http(s)://...``.
    database
        The SQLite file; None for a server.
    """

    uri: str
    database: Path | None = None

    @property
    def artifacts(self) -> str | None:
        """Address of the folder beside the SQLite file that holds artifacts; a server chooses its own."""
        return (self.database.parent / "artifacts").as_uri() if self.database else None

    @property
    def shown(self) -> str:
        """The address for messages and records, without user name and password."""
        return re.sub(r"(?<=://)[^/@]*@", "", self.uri)


def find_store(uri: str) -> Store:
    """Tell what a tracking URI means.

    Parameters
    ----------
    uri
        A file (relative to the current folder), ``sqlite:///FILE``, or ``http(s)://HOST``.

    Raises
    ------
    ConfigError
        When it is something else.
    """
    if uri.startswith(("http://", "https://")):
        return Store(uri)
    name = uri.removeprefix("sqlite:///")
    if "://" in name or "?" in name or not name or name.endswith("/"):
        raise ConfigError(
            [
                f"tracking.uri: not a tracking store, found {uri!r}; accepted: a SQLite file, sqlite:///FILE, http(s)://HOST"
            ]
        )
    database = Path(name).expanduser().resolve()
    return Store(f"sqlite:///{database}", database)


@contextmanager
def opened(store: Store, *, making: bool = False) -> Iterator[MlflowClient]:
    """Connect to a store for the length of the block; files made in it are for their owner alone.

    A SQLite store is held by one process at a time: MLflow 3.17 breaks a fresh one that several processes
    open at once (of 12, 9 died), and a run takes seconds.

    Parameters
    ----------
    making
        Whether a SQLite store that is not there yet is made.

    Raises
    ------
    MissingError
        When the SQLite file is not there and ``making`` is false.
    TrackingError
        When the store does not answer, or anything else fails inside MLflow in the block.
    """
    database = store.database
    if database and not making and not database.is_file():
        raise MissingError(database, "no tracking store here", "train first, or name another with --tracking-uri")
    with ExitStack() as stack:
        stack.enter_context(_environment())
        stack.enter_context(_umask())
        stack.enter_context(_quiet_logs())
        stack.enter_context(_errors(store))
        if database:
            private_folder(database.parent)
            stack.enter_context(locked(database.with_name(f".{database.name}.lock"), wait=True))
        quiet()
        from mlflow import MlflowClient

        yield MlflowClient(tracking_uri=store.uri, registry_uri=store.uri)


@contextmanager
def _environment() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    os.environ.update({name: os.environ.get(name, value) for name, value in _ENVIRONMENT.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _umask() -> Iterator[None]:
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def _quiet_logs() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    quiet()
    import mlflow  # noqa: F401  (it sets the level of its logger when it is imported)

    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


@contextmanager
def _errors(store: Store) -> Iterator[None]:
    """Turn what MLflow and what it stands on raise into one error that says what to do."""
    import requests
    import sqlalchemy.exc
    from mlflow.exceptions import MlflowException

    try:
        yield
    except ThemesError:
        raise
    except (MlflowException, requests.RequestException, sqlalchemy.exc.SQLAlchemyError, OSError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise TrackingError(
            store.shown,
            f"the tracking store does not work ({Store(lines[0][:200]).shown})",
            "start the server or look at the file; `tracking.enabled=false` trains without it",
        ) from error


def ensure_experiment(client: MlflowClient, name: str, *, store: Store) -> str:
    """Give the id of an experiment, making it when it is missing."""
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return str(client.create_experiment(name, artifact_location=store.artifacts))
        except MlflowException:  # on a server, another process may have been quicker
            found = client.get_experiment_by_name(name)
            if found is None:
                raise
    if found.lifecycle_stage != "active":
        raise TrackingError(
            store.shown, f"the experiment {name!r} was deleted", "restore it, or set tracking.experiment"
        )
    return str(found.experiment_id)
