"""Switch off what libraries send or fetch on their own."""

from __future__ import annotations

import os
import sys
from types import ModuleType

from pipeline.errors import InternalError

__all__ = ["import_openvino", "quiet"]

_TELEMETRY = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",  # the word: MLflow ignores "1"
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_UPDATE_DOWNLOAD_COUNTS": "0",
    "DISABLE_SAFETENSORS_CONVERSION": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
}
_OPENVINO_SENDER = "openvino_telemetry"
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


def import_openvino() -> ModuleType:
    """Import OpenVINO without the part that reports each import to a web analytics host.

    ``import openvino`` loads its converter, and the converter sends an event through ``openvino_telemetry`` with a
    client id that it keeps in ``~/intel``. With that package blocked, OpenVINO takes the stub that it ships.

    Raises
    ------
    InternalError
        When the import loaded the sender all the same, as another version of OpenVINO might.
    """
    # A program that imported OpenVINO before us has loaded the sender itself; that cannot be undone here.
    sys.modules.setdefault(_OPENVINO_SENDER, None)  # type: ignore[arg-type] # None makes `import` raise ImportError
    blocked = sys.modules[_OPENVINO_SENDER] is None
    import openvino

    if blocked and sys.modules[_OPENVINO_SENDER] is not None:
        raise InternalError(
            "openvino", "loaded its telemetry although it was blocked", "pip uninstall openvino_telemetry"
        )
    return openvino  # type: ignore[no-any-return]
