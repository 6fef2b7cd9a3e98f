"""Switch off what libraries send or fetch on their own."""

from __future__ import annotations

import os

__all__ = ["quiet"]

_TELEMETRY = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",  # the word: MLflow ignores "1"
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_UPDATE_DOWNLOAD_COUNTS": "0",
    "DISABLE_SAFETENSORS_CONVERSION": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
}
_FETCHING = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
_SAFETY = {
    "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "TOKENIZERS_PARALLELISM": "false",
}


def quiet(*, hub: bool = False) -> None:
    """Set the environment for every library that is imported after this call.

    Called before each import of a heavy library, so that it also holds for users of the Python library.
    Telemetry is switched off whatever was set before; the hub stays reachable only when ``hub`` is true.

    Parameters
    ----------
    hub
        Whether the user asked for a model or data set from a Hugging Face hub.
    """
    os.environ.update(_TELEMETRY)
    for name, value in _SAFETY.items():
        os.environ.setdefault(name, value)
    for name, value in _FETCHING.items():
        if hub:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
