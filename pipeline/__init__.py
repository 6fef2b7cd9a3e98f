"""Thematic tagging of reports on police and security forces.

The library in a few lines::

    from pipeline import ThemeModel, evidence, load_config, tag, train

    trained = train(load_config("configs/default.yaml").config)
    model = trained.save(Path("models/mine"))
    tag(model, ["my-dump/"], out=Path("tags"))

Importing ``pipeline`` loads nothing; a name loads its module when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.bundle import verify_bundle
    from pipeline.configfile import load_config
    from pipeline.errors import ThemesError
    from pipeline.evidence import evidence
    from pipeline.ingest.stream import ingest
    from pipeline.model import ThemeModel
    from pipeline.tagging import tag
    from pipeline.training import evaluate, train

__all__ = [
    "ThemeModel",
    "ThemesError",
    "evaluate",
    "evidence",
    "ingest",
    "load_config",
    "tag",
    "train",
    "verify_bundle",
]

_HOME = {
    "ThemeModel": "pipeline.model",
    "ThemesError": "pipeline.errors",
    "evaluate": "pipeline.training",
    "evidence": "pipeline.evidence",
    "ingest": "pipeline.ingest.stream",
    "load_config": "pipeline.configfile",
    "tag": "pipeline.tagging",
    "train": "pipeline.training",
    "verify_bundle": "pipeline.bundle",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'pipeline' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_HOME[name]), name)
