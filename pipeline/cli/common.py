"""What several commands share: finding the model that a user named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.model.theme_model import ThemeModel

__all__ = ["bundle_folder", "find_bundle", "load_model"]


def find_bundle(name: str) -> Path:
    """Give the folder of a bundle: as named, or the shipped one of that name.

    Raises
    ------
    MissingError
        When there is neither.
    """
    from pipeline.configuration.shipped import shipped
    from pipeline.errors import MissingError
    from pipeline.model.bundle import BUNDLE

    for folder in (Path(name), shipped(name)):
        if (folder / BUNDLE.model).is_file():
            return folder
    raise MissingError(name, "no model bundle here (no model.json)", "themes models list shows the bundles")


def load_model(name: str, *, tracking_uri: str = "") -> ThemeModel:
    """Load a bundle by folder or by its address in MLflow; see ``bundle_folder``."""
    from pipeline.model.bundle import load_bundle

    return load_bundle(bundle_folder(name, tracking_uri=tracking_uri))


def bundle_folder(name: str, *, tracking_uri: str = "") -> Path:
    """Give a bundle's folder by itself or by its address in MLflow; only an address ever asks MLflow.

    Parameters
    ----------
    name
        A folder, ``models:/NAME@ALIAS``, ``models:/NAME/VERSION`` or ``runs:/RUN_ID``.
    tracking_uri
        Where addresses are looked up; that of configs/default.yaml when empty.

    Raises
    ------
    MissingError, DataError
        When there is no such model, or it was changed.
    """
    if not name.startswith(("models:/", "runs:/")):
        return find_bundle(name)
    from pipeline.configuration.load import load_config
    from pipeline.tracking import fetch_model

    uri = tracking_uri or load_config("configs/default.yaml").config.tracking.uri
    return fetch_model(name, tracking_uri=uri)
