"""Thematic tagging of reports on police and security forces.

The library in a few lines::

    from pipeline import evidence, load_config, load_model, tag, train

    trained = train(load_config("configs/default.yaml").config)
    model = trained.save(Path("models/mine"))
    tag(model, ["my-dump/"], out=Path("tags"))

Importing ``pipeline`` loads nothing; a name loads its module when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.configuration.load import load_config
    from pipeline.errors import ThemesError
    from pipeline.evaluation.evaluate import evaluate
    from pipeline.ingest.stream import ingest as paragraphs
    from pipeline.model.bundle import load_bundle as load_model
    from pipeline.model.bundle import verify_bundle
    from pipeline.model.explain import evidence
    from pipeline.model.theme_model import ThemeModel
    from pipeline.tagging import tag
    from pipeline.training.train import train

__all__ = [
    "ThemeModel",
    "ThemesError",
    "evaluate",
    "evidence",
    "load_config",
    "load_model",
    "paragraphs",
    "tag",
    "train",
    "verify_bundle",
]

# None of these names is also a module's: an imported module would take the name's place.
_HOME = {
    "ThemeModel": ("pipeline.model.theme_model", "ThemeModel"),
    "ThemesError": ("pipeline.errors", "ThemesError"),
    "evaluate": ("pipeline.evaluation.evaluate", "evaluate"),
    "evidence": ("pipeline.model.explain", "evidence"),
    "load_config": ("pipeline.configuration.load", "load_config"),
    "load_model": ("pipeline.model.bundle", "load_bundle"),
    "paragraphs": ("pipeline.ingest.stream", "ingest"),
    "tag": ("pipeline.tagging", "tag"),
    "train": ("pipeline.training.train", "train"),
    "verify_bundle": ("pipeline.model.bundle", "verify_bundle"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'pipeline' has no attribute {name!r}; it has {', '.join(__all__)}")
    module, attribute = _HOME[name]
    return getattr(import_module(module), attribute)
