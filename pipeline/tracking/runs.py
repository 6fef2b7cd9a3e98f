"""Runs that always end, and leave nothing behind when the process is killed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.tracking.store import Store

if TYPE_CHECKING:
    from mlflow import MlflowClient

__all__ = ["OURS", "ended", "log_metrics", "tidy", "workplace"]

OURS = {"mlflow.user": "themes", "mlflow.source.name": "themes", "mlflow.source.type": "LOCAL"}
"""MLflow's own tags for user and script, set so that it does not fill them in."""

_BATCH = 500  # MLflow takes at most 1000 metrics at once
_PARTIAL = ".partial-run-"


@contextmanager
def workplace(store: Store) -> Iterator[Path]:
    """Give a folder for temporary copies, beside the database where there is one: same disk, same rights."""
    beside = store.database.parent if store.database else None
    with tempfile.TemporaryDirectory(prefix=_PARTIAL, dir=beside) as name:
        yield Path(name)


def tidy(client: MlflowClient, experiment: str, *, store: Store) -> None:
    """Clear up after killed processes, in a store of this machine.

    We hold its lock, so no run and no folder of ours is alive; on a server, others may be at work.
    """
    if not store.database:
        return
    for left in store.database.parent.glob(f"{_PARTIAL}*"):
        shutil.rmtree(left, ignore_errors=True)
    ours = "attributes.status = 'RUNNING' and tags.mlflow.source.name = 'themes'"
    for run in client.search_runs([experiment], filter_string=ours):
        client.set_terminated(run.info.run_id, status="KILLED")


@contextmanager
def ended(client: MlflowClient, run_id: str) -> Iterator[None]:
    """End the run, as failed when anything fails, Ctrl-C included: MLflow would leave it open for ever."""
    try:
        yield
    except BaseException as error:
        try:
            client.set_terminated(run_id, status="FAILED")
        except Exception as second:  # the store is gone: the first error is the one to tell
            error.add_note(f"the run {run_id} could not be closed ({type(second).__name__})")
        raise
    client.set_terminated(run_id)


def log_metrics(client: MlflowClient, run_id: str, values: dict[str, float]) -> None:
    """Write metrics without a clock: the same work gives the same metrics, and the run has its own times."""
    from mlflow.entities import Metric

    metrics = [Metric(name, value, 0, 0) for name, value in values.items()]
    for start in range(0, len(metrics), _BATCH):
        client.log_batch(run_id, metrics=metrics[start : start + _BATCH])
