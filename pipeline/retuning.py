"""Another purpose for a trained model: calibration, thresholds and floors chosen again, nothing fitted again."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.bundle import BUNDLE, load_bundle, save_bundle
from pipeline.card import model_card
from pipeline.config import Config
from pipeline.configfile import config_sha256, overridden, portable_config
from pipeline.errors import ConfigError, DataError, UsageError
from pipeline.evaluation import Evaluation
from pipeline.files import canonical_json
from pipeline.learn.bands import describe_bands
from pipeline.learn.calibration import choose_decider, held_out_scores
from pipeline.learn.heldout import HeldOut
from pipeline.learn.metrics import measure
from pipeline.learn.thresholds import goals_of
from pipeline.model import ThemeModel

__all__ = ["Retuned", "retune"]

_SECTIONS = ("calibration", "thresholds", "promises")


@dataclass(frozen=True, slots=True)
class Retuned:
    """A model with other probabilities or bands.

    Parameters
    ----------
    model
        As saved.
    folder
        Its bundle.
    evaluation
        Content of its ``evaluation.json``.
    """

    model: ThemeModel
    folder: Path
    evaluation: dict[str, Any]


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
    if model.held_out is None:
        raise DataError(source, "keeps no held-out scores to choose from", "train it again")
    held = model.held_out
    decider = choose_decider(held.logits, held.answers, groups=held.groups, themes=model.themes, config=config)
    provenance = model.provenance | {"config": config_sha256(config), "retuned_from": model.sha256}
    kept = dataclasses.replace(held, calibration=config.calibration, thresholds=config.thresholds)
    new = dataclasses.replace(model, name=name, decider=decider, provenance=provenance, held_out=kept, sha256="")
    evaluation = _evaluation(new, held, config) | _kept(source, config)
    documents = {
        BUNDLE.card: model_card(new, evaluation=evaluation).encode("utf-8"),
        BUNDLE.evaluation: canonical_json(evaluation),
        BUNDLE.config: canonical_json(portable_config(config)),
    }
    checks = json.loads((source / BUNDLE.checks).read_bytes())
    return Retuned(save_bundle(new, folder=folder, documents=documents, checks=checks), folder, evaluation)


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


def _evaluation(model: ThemeModel, held: HeldOut, config: Config) -> dict[str, Any]:
    """Measure as training does: probabilities and thresholds chosen without the fold they are measured on."""
    scores, decisions = held_out_scores(
        held.logits,
        held.answers,
        fold=held.fold,
        calibration=config.calibration,
        thresholds=config.thresholds,
        themes=model.themes,
    )
    return Evaluation(
        rows=len(held.keys),
        groups=len(set(held.groups.tolist())),
        folds=len(set(held.fold.tolist())),
        confidence=config.evaluation.confidence,
        measures=measure(
            held.answers,
            scores,
            decisions,
            groups=held.groups,
            themes=model.themes,
            config=config.evaluation,
            seed=config.seed,
        ),
        baselines={},
        bands=describe_bands(
            model.decider,
            model.decider.scores(held.logits),
            held.answers,
            groups=held.groups,
            themes=model.themes,
            goals=goals_of(config.thresholds, model.themes),
        ),
    ).as_dict()


def _kept(source: Path, config: Config) -> dict[str, Any]:
    """Take over what was measured beside the model, where calibration and goals are those it was measured with."""
    before, measured = _config(source), json.loads((source / BUNDLE.evaluation).read_bytes())
    same = (before.calibration, before.thresholds) == (config.calibration, config.thresholds)
    baselines = measured.get("baselines") or {}
    return {
        "baselines": {name: value for name, value in baselines.items() if same or name == "always_no"},
        "by_source": measured.get("by_source") if same else None,
    }
