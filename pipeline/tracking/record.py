"""A training or a retuning told to MLflow: one run, one registered version."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.configuration.schema import TrackingConfig
from pipeline.errors import TrackingError
from pipeline.files import canonical_json, hash_file
from pipeline.model.bundle import BUNDLE, bundle_files
from pipeline.progress import Progress, silent
from pipeline.tracking import facts
from pipeline.tracking.figures import draw_figures
from pipeline.tracking.registry import register_version
from pipeline.tracking.repeat import CONFIG_FILE, recorded_config
from pipeline.tracking.runs import ended, log_metrics, tidy, workplace
from pipeline.tracking.serving import save_served
from pipeline.tracking.store import Store, ensure_experiment, find_store, opened

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from pipeline.evaluation.evaluate import Measured

__all__ = ["BUNDLE_FOLDER", "HELD_OUT", "Recorded", "record"]

BUNDLE_FOLDER = "bundle"
HELD_OUT = "held_out.parquet"
_STEPS = 4


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the store knows of a model.

    Parameters
    ----------
    uri
        The store, without user name and password.
    run_id, model_version
        In the store; empty when it did not work.
    aliases
        Aliases the version got: ``candidate``, and ``champion`` when it is the first.
    model
        Name in the registry.
    problem
        Why nothing was recorded; empty when it was.
    """

    uri: str
    run_id: str = ""
    model_version: str = ""
    aliases: tuple[str, ...] = ()
    model: str = ""
    problem: str = ""

    def told(self) -> str:
        """Say it in one line."""
        if self.problem:
            return f"not tracked: {self.problem}"
        names = ", ".join(self.aliases)
        return f"tracked   run {self.run_id}, models:/{self.model}/{self.model_version} ({names}) in {self.uri}"


def record(
    made: Measured,
    bundle: Path,
    *,
    config: TrackingConfig,
    model_sha256: str = "",
    progress: Progress = silent,
) -> Recorded:
    """Write a run and register its model.

    Parameters
    ----------
    made
        A training or a retuning; labelled texts do not leave it.
    bundle
        The folder it was saved to.
    model_sha256
        Of the bundle's ``model.json``; computed when empty.

    Raises
    ------
    TrackingError
        When the store does not work and ``config.required``; otherwise the result says so.
    ConfigError
        When ``config.uri`` is no tracking store.
    """
    store = find_store(config.uri)
    sha256 = model_sha256 or hash_file(bundle / BUNDLE.model)
    try:
        with opened(store, making=True) as client:
            return _record(client, made, bundle, store=store, config=config, sha256=sha256, progress=progress)
    except TrackingError as error:
        if config.required:
            raise
        return Recorded(store.shown, problem=str(error))


def _record(
    client: MlflowClient,
    made: Measured,
    bundle: Path,
    *,
    store: Store,
    config: TrackingConfig,
    sha256: str,
    progress: Progress,
) -> Recorded:
    progress("track", 0, _STEPS)
    experiment = ensure_experiment(client, config.experiment, store=store)
    tidy(client, experiment, store=store)
    tags = facts.tags(made, model_sha256=sha256)
    run_id = client.create_run(experiment, tags=tags, run_name=made.config.name).info.run_id
    with ended(client, run_id), workplace(store) as work:
        _log_numbers(client, run_id, made)
        progress("track", 1, _STEPS)
        client.log_artifacts(run_id, str(_documents(made, bundle, work / "run")))
        progress("track", 2, _STEPS)
        served = client.create_logged_model(experiment, "model", run_id, model_type="themes")
        save_served(
            bundle,
            work / "served",
            model=made.model,
            identity={"model_id": served.model_id, "run_id": run_id},
        )
        client.log_model_artifacts(served.model_id, str(work / "served"))
        client.finalize_logged_model(served.model_id, "READY")
        progress("track", 3, _STEPS)
        version, aliases = register_version(client, config.model, served=served, run_id=run_id, sha256=sha256)
    progress("track", _STEPS, _STEPS)
    return Recorded(store.shown, run_id, version, aliases, config.model)


def _log_numbers(client: MlflowClient, run_id: str, made: Measured) -> None:
    from mlflow.entities import Param

    params = [Param(name, value) for name, value in facts.parameters(made).items()]
    client.log_batch(run_id, params=params)
    log_metrics(client, run_id, facts.metrics(made))
    client.log_inputs(run_id, datasets=facts.datasets(made))


def _documents(made: Measured, bundle: Path, folder: Path) -> Path:
    """Gather the run's files in one folder, to be sent at once."""
    folder.mkdir()
    (folder / CONFIG_FILE).write_bytes(canonical_json(recorded_config(made.config)))
    facts.write_held_out(made, folder / HELD_OUT)
    draw_figures(made, folder / "figures")
    (folder / BUNDLE_FOLDER).mkdir()
    for name in bundle_files(bundle):
        shutil.copyfile(bundle / name, folder / BUNDLE_FOLDER / name)
    return folder
