"""Another purpose for a trained model: calibration, thresholds and floors chosen again, nothing fitted again."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from pipeline.configuration.load import config_sha256, overridden, portable_config
from pipeline.configuration.schema import Config
from pipeline.errors import ConfigError, DataError, UsageError
from pipeline.evaluation.card import model_card
from pipeline.evaluation.evaluate import Measured, evaluate_held_out, stored_measures
from pipeline.files import canonical_json
from pipeline.learning.calibration import choose_decider
from pipeline.learning.metrics import Measures
from pipeline.learning.thresholds import goals_of
from pipeline.model.bundle import BUNDLE, load_bundle, save_bundle

__all__ = ["Retuned", "retune"]

_SECTIONS = ("calibration", "thresholds", "promises")


@dataclass(frozen=True, slots=True)
class Retuned(Measured):
    """A model with other probabilities or bands, as saved in ``folder``."""

    folder: Path


def retune(source: Path, overrides: Sequence[str] = (), *, name: str, out: Path, overwrite: bool = False) -> Retuned:
    """Choose calibration, thresholds and floors of a bundle again, from the held-out scores that it keeps.

    No text is read and no network is run: heads, encoder and vectors stay what they are. The same source,
    overrides and name give the same bytes.

    Parameters
    ----------
    source
        A bundle of format 2 or later.
    overrides
        ``KEY=VALUE`` of the sections ``calibration``, ``thresholds`` and ``promises``; the rest stays as the
        bundle was trained.
    name, out
        The new bundle is ``out/name``.
    overwrite
        Whether a bundle that is there may be replaced, the source too.

    Raises
    ------
    UsageError
        When there is a bundle of that name.
    ConfigError
        When an override is wrong, or of something that takes a new training.
    MissingError, DataError
        As ``load_bundle``; also when the bundle keeps no held-out scores.
    """
    folder = out / name
    _check_overrides(overrides)
    model = load_bundle(source)
    config = overridden(_config(source).model_copy(update={"name": name}), overrides)
    goals_of(config.thresholds, model.themes)
    if (folder / BUNDLE.model).exists() and not overwrite:
        raise UsageError("--name", f"there is a model already, found {folder}", "give another name, or --overwrite")
    if model.gate is not None:
        raise DataError(source, "has a gate for its thresholds as they are", "retune the model without it, then distil")
    if model.held_out is None:
        raise DataError(source, "keeps no held-out scores to choose from", "train it again")
    held = dataclasses.replace(model.held_out, calibration=config.calibration, thresholds=config.thresholds)
    decider = choose_decider(held.logits, held.answers, groups=held.groups, themes=model.themes, config=config)
    provenance = model.provenance | {"config": config_sha256(config), "retuned_from": model.sha256}
    new = dataclasses.replace(model, name=name, decider=decider, provenance=provenance, held_out=held, sha256="")
    baselines, by_source = _beside(source, config)
    scores, decisions, evaluation = evaluate_held_out(new, config, baselines=baselines, by_source=by_source)
    told = evaluation.as_dict()
    documents = {
        BUNDLE.card: model_card(new, evaluation=told).encode("utf-8"),
        BUNDLE.evaluation: canonical_json(told),
        BUNDLE.config: canonical_json(portable_config(config)),
    }
    checks = json.loads((source / BUNDLE.checks).read_bytes())
    saved = save_bundle(new, folder=folder, documents=documents, checks=checks)
    rows = held.keys, held.answers, held.groups, held.fold
    return Retuned(saved, config, *rows, scores, decisions, evaluation, folder)


def _check_overrides(overrides: Sequence[str]) -> None:
    foreign = [text for text in overrides if text.partition("=")[0].split(".")[0] not in _SECTIONS]
    if foreign:
        accepted = f"accepted: {', '.join(_SECTIONS)}; all else takes a new training"
        raise ConfigError([f"override {text}: not a part that can be chosen again; {accepted}" for text in foreign])


def _config(source: Path) -> Config:
    try:
        return Config.model_validate(json.loads((source / BUNDLE.config).read_bytes()))
    except (ValidationError, ValueError) as error:
        raise DataError(
            source / BUNDLE.config, f"not a configuration of this version ({type(error).__name__})", "train it again"
        ) from error


def _beside(source: Path, config: Config) -> tuple[dict[str, Measures], Measures | None]:
    """Take over what was measured beside the model, where calibration and goals are those it was measured with."""
    before, measured = _config(source), stored_measures(source)
    same = (before.calibration, before.thresholds) == (config.calibration, config.thresholds)
    by_source = measured.pop("by_source", None)
    kept = {name: measures for name, measures in measured.items() if same or name == "always_no"}
    return kept, by_source if same else None
