"""Which version is the champion: moved only when a comparison does not speak against it, and moved back."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pipeline.configuration.schema import EvaluationConfig, PromotionConfig, TrackingConfig
from pipeline.errors import DataError, LockedError, MissingError
from pipeline.evaluation.compare import Comparison, compare
from pipeline.evaluation.paired import Difference
from pipeline.model.bundle import load_bundle
from pipeline.progress import Progress, silent
from pipeline.tracking.comparison import write_comparison
from pipeline.tracking.fetch import fetch_model
from pipeline.tracking.registry import CHAMPION, find_version, version_by_alias, version_by_number
from pipeline.tracking.store import Store, find_store, opened

if TYPE_CHECKING:
    from mlflow import MlflowClient

__all__ = ["Outcome", "Promotion", "Rollback", "promote", "rollback"]

Outcome = Literal["promoted", "forced", "refused", "first", "already"]

_HISTORY = "earlier_champions"  # tag of the registered model: versions, the one before this one last
_REMEMBERED = 500  # MLflow keeps 5,000 characters of a tag


@dataclass(frozen=True, slots=True)
class Promotion:
    """What became of a candidate.

    Parameters
    ----------
    model, version
        The registered model, and the version that was to become its champion.
    before
        Version that was the champion; empty when there was none.
    outcome
        ``promoted``; ``forced``, although it loses; ``refused``; ``first``, there was no champion; ``already``.
    margin
        F1 that a theme may lose.
    lost
        Themes (and ``macro``) that lose more with confidence; None for a theme that the candidate does not have.
    comparison, run_id
        With the champion, and the run that records it; None and empty when nothing was compared.
    """

    model: str
    version: str
    before: str
    outcome: Outcome
    margin: float
    lost: dict[str, Difference | None]
    comparison: Comparison | None = None
    run_id: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Give plain data."""
        return {
            "model": self.model,
            "version": self.version,
            "before": self.before,
            "outcome": self.outcome,
            "margin": self.margin,
            "lost": {theme: one.as_dict() if one else None for theme, one in self.lost.items()},
            "comparison": self.comparison.as_dict() if self.comparison else None,
            "run_id": self.run_id,
        }


@dataclass(frozen=True, slots=True)
class Rollback:
    """A champion that was moved back: of ``model``, from version ``left`` to ``version``."""

    model: str
    left: str
    version: str


def promote(
    uri: str,
    labels: Sequence[Path],
    *,
    tracking: TrackingConfig,
    promotion: PromotionConfig,
    evaluation: EvaluationConfig,
    force: bool = False,
    progress: Progress = silent,
) -> Promotion:
    """Compare a candidate with the champion, and make it the champion unless it is worse.

    Parameters
    ----------
    uri
        ``models:/NAME@ALIAS``, ``models:/NAME/VERSION`` or ``runs:/RUN_ID``.
    labels
        Judged paragraphs to compare on.
    tracking
        The store, and the registered model that a run belongs to.
    promotion, evaluation
        Margin and coverage; resamplings.
    force
        Move the champion although themes lose; that is recorded with the version and the run.

    Raises
    ------
    MissingError
        When there is no such store or version.
    DataError
        When the models cannot be compared on these labels.
    LockedError
        When the champion was moved meanwhile.
    TrackingError
        When the store does not answer.
    """
    store = find_store(tracking.uri)
    with opened(store) as client:
        found = find_version(client, uri, model=tracking.model, shown=store.shown)
        model, version = str(found.name), str(found.version)
        champion = version_by_alias(client, model, CHAMPION)
        before = str(champion.version) if champion else ""
        if before == version:
            return Promotion(model, version, before, "already", promotion.margin, {})
        if not before:
            first = Promotion(model, version, before, "first", promotion.margin, {})
            _move(client, first)
            return first
    # not under the lock: encoding may take minutes
    comparison = _compare_versions(
        model,
        (before, version),
        labels,
        tracking=tracking,
        promotion=promotion,
        evaluation=evaluation,
        progress=progress,
    )
    lost = comparison.losses(promotion.margin)
    outcome: Outcome = "promoted" if not lost else "forced" if force else "refused"
    decided = Promotion(model, version, before, outcome, promotion.margin, lost, comparison)
    return _carry_out(decided, store=store, experiment=tracking.experiment)


def _compare_versions(
    model: str,
    versions: tuple[str, str],
    labels: Sequence[Path],
    *,
    tracking: TrackingConfig,
    promotion: PromotionConfig,
    evaluation: EvaluationConfig,
    progress: Progress,
) -> Comparison:
    names = (f"models:/{model}/{versions[0]}", f"models:/{model}/{versions[1]}")
    champion, candidate = (load_bundle(fetch_model(name, tracking_uri=tracking.uri)) for name in names)
    config = evaluation.model_copy(update={"confidence": promotion.confidence})
    compared = compare(champion, candidate, labels, config=config, names=names, progress=progress)
    if compared.measures.macro["f1"].high is None:
        raise DataError(
            " ".join(map(str, labels)),
            f"say too little of the two models ({compared.measures.macro['f1'].why})",
            "judge more paragraphs, then promote",
        )
    return compared


def _carry_out(decided: Promotion, *, store: Store, experiment: str) -> Promotion:
    """Record the comparison and move the champion, in one hold of the store's lock."""
    comparison = decided.comparison
    assert comparison is not None
    with opened(store) as client:
        champion = version_by_alias(client, decided.model, CHAMPION)
        now = str(champion.version) if champion else ""
        if now != decided.before:
            raise LockedError(
                f"models:/{decided.model}@{CHAMPION}",
                f"was moved meanwhile, found version {now or 'none'}, compared with version {decided.before}",
                "run the same command again",
            )
        run_id = write_comparison(
            client,
            comparison,
            store=store,
            experiment=experiment,
            tags={"promotion": decided.outcome, "promotion.lost": _told_lost(decided)},
            margin=decided.margin,
        )
        done = dataclasses.replace(decided, run_id=run_id)
        if done.outcome != "refused":
            _move(client, done)
    return done


def _move(client: MlflowClient, done: Promotion) -> None:
    """Move the alias, the history first: killed between the two, a later rollback still finds its way."""
    if done.before:
        earlier = [*_history(client, done.model), done.before][-_REMEMBERED:]
        client.set_registered_model_tag(done.model, _HISTORY, json.dumps(earlier))
    told = {"outcome": done.outcome, "over": done.before, "margin": done.margin, "run": done.run_id}
    client.set_model_version_tag(done.model, done.version, "promotion", json.dumps(told))
    if done.outcome == "forced":
        client.set_model_version_tag(done.model, done.version, "promotion.forced", _told_lost(done))
    client.set_registered_model_alias(done.model, CHAMPION, done.version)


def _told_lost(done: Promotion) -> str:
    """Say as JSON what is lost: difference, low and high of F1; null for a theme that is gone."""
    lost = {
        theme: [round(value, 6) for value in (one.value, one.low, one.high) if value is not None] if one else None
        for theme, one in done.lost.items()
    }
    return json.dumps(lost)


def _history(client: MlflowClient, model: str) -> list[str]:
    raw = client.get_registered_model(model).tags.get(_HISTORY, "[]")
    try:
        return [str(version) for version in json.loads(raw)]
    except (ValueError, TypeError) as error:
        problem = f"its tag {_HISTORY} is no list of versions, found {raw[:80]!r}"
        raise DataError(f"registered model {model!r}", problem, "mend the tag in MLflow") from error


def rollback(model: str, *, tracking: TrackingConfig) -> Rollback:
    """Make the version champion again that was it before the last promotion; again goes further back.

    Parameters
    ----------
    model
        Name in the registry.

    Raises
    ------
    MissingError
        When there is no such store or model, or nothing to go back to.
    TrackingError
        When the store does not answer.
    """
    store = find_store(tracking.uri)
    with opened(store) as client:
        champion = version_by_alias(client, model, CHAMPION)
        if champion is None:
            raise MissingError(
                f"models:/{model}@{CHAMPION}", f"no such model in {store.shown}", "themes models promote makes one"
            )
        left, earlier = str(champion.version), _history(client, model)
        # a version that is the champion already was put there by hand; one that was deleted cannot be
        while earlier and (earlier[-1] == left or version_by_number(client, model, earlier[-1]) is None):
            earlier.pop()
        if not earlier:
            raise MissingError(
                f"models:/{model}@{CHAMPION}",
                f"no earlier champion to go back to, found version {left} alone",
                "themes models promote models:/NAME/VERSION LABELS chooses any version",
            )
        version = earlier.pop()
        client.set_registered_model_alias(model, CHAMPION, version)
        client.set_model_version_tag(model, left, "rolled_back_to", version)
        client.set_registered_model_tag(model, _HISTORY, json.dumps(earlier))
    return Rollback(model, left, version)
