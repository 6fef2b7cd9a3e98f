"""What a configuration may say: one file in ``configs/`` is one reproducible model.

Reading files, ``extends:``, overrides and error places live in ``pipeline.configuration.load``; this module is the
schema, and docs/configuration.md is generated from it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from pipeline.configuration.goals import Goal
from pipeline.configuration.sections import ARTICLE_FIELDS, AdaptConfig, EncoderConfig, Flag, IngestConfig, Section

__all__ = [
    "ARTICLE_FIELDS",
    "AdaptConfig",
    "CalibrationConfig",
    "Config",
    "EncoderConfig",
    "EvaluationConfig",
    "FoldsConfig",
    "HeadConfig",
    "IngestConfig",
    "PromisesConfig",
    "PromotionConfig",
    "ThresholdsConfig",
    "TrackingConfig",
]


class HeadConfig(Section):
    """The classifier on top of the vectors, one per theme."""

    kind: Literal["logistic"] = Field("logistic", description="Kind of classifier.")
    C: float = Field(4.0, gt=0, description="Inverse strength of the L2 penalty.")
    class_weight: Literal["balanced", "none"] = Field(
        "none", description="Whether rare themes weigh as much as their absence."
    )
    max_iter: int = Field(2000, ge=10, description="Most iterations of the solver.")
    neighbours: float = Field(
        0.5,
        ge=0,
        le=2,
        description="Weight of the paragraphs before and after, which the classifier reads beside the paragraph's "
        "own vector; 0 leaves them out.",
    )
    codebook: Flag = Field(
        True,
        description="Whether definitions, `yes_when` and examples of the codebook are learned from, as sentences that "
        "have their theme.",
    )
    words: int = Field(
        0,
        ge=0,
        le=2**20,
        description="Columns on which the words of a paragraph are thrown by a hash, for the classifier to read beside "
        "the vectors; 0 leaves words out, 4096 is a good number.",
        examples=[4096],
    )
    unsure: float = Field(
        0.0,
        ge=0,
        le=1,
        description="What a judgement `unsure` counts as a yes when the classifier learns; 0 leaves it out. It never "
        "counts when the model is measured.",
        examples=[0.5],
    )


class FoldsConfig(Section):
    """Cross-validation by groups (story, article and their near-duplicates)."""

    n: int = Field(5, ge=2, le=50, description="Number of folds.")


class CalibrationConfig(Section):
    """How head outputs become probabilities."""

    method: Literal["platt", "isotonic", "none"] = Field(
        "platt",
        description="On out-of-fold outputs: Platt scaling, isotonic regression (Platt where a theme has few yes), "
        "or the head's own probability.",
    )


class ThresholdsConfig(Section):
    """How the score from which a theme is given is chosen, per theme, on out-of-fold scores."""

    goal: str = Field(
        "f1",
        description="What the threshold is for: `f1` (the best), `precision>=0.9` (the most recall with that "
        "precision) or `recall>=0.9` (the most precision with that recall); any number between 0 and 1.",
        examples=["f1", "precision>=0.9", "recall>=0.9"],
    )
    themes: dict[str, str] = Field(
        default_factory=dict,
        description="Goals of single themes, as `{bribery: recall>=0.95}`; they win over `goal` and over the "
        "goals in the codebook.",
        examples=[{"bribery": "recall>=0.95"}],
    )

    @field_validator("goal")
    @classmethod
    def _one_goal(cls, value: str) -> str:
        return str(Goal.of(value))

    @field_validator("themes")
    @classmethod
    def _goals(cls, value: dict[str, str]) -> dict[str, str]:
        goals = {}
        for theme, goal in value.items():
            try:
                goals[theme] = str(Goal.of(goal))
            except ValueError as error:
                raise ValueError(f"{theme}: not accepted, found {goal!r}; {error}") from error
        return dict(sorted(goals.items()))


class PromisesConfig(Section):
    """What the band `review` promises, per theme, on stories like the labelled ones (docs/promises.md)."""

    recall: float = Field(
        0.9,
        gt=0,
        lt=1,
        description="Share of the stories with the theme that have every such paragraph in `yes` or `review`.",
    )
    confidence: float = Field(
        0.9, gt=0.5, lt=1, description="How sure that is: the share of label samples for which the promise holds."
    )


class EvaluationConfig(Section):
    """How quality is measured."""

    bootstrap: int = Field(1000, ge=100, le=100_000, description="Resamplings of groups for intervals.")
    confidence: float = Field(0.95, gt=0.5, lt=1, description="Coverage of the intervals.")
    baselines: Flag = Field(True, description="Whether TF-IDF and always-no run in the same folds.")
    sources: int = Field(
        3,
        ge=0,
        le=50,
        description="Folds of the second measurement, in which whole sources (`topic_source` of the labels) are held "
        "out; 0 leaves it out.",
    )

    @field_validator("sources")
    @classmethod
    def _no_single_fold(cls, value: int) -> int:
        if value == 1:
            raise ValueError("one fold leaves nothing to train on; accepted: 0, or 2 and more")
        return value


class TrackingConfig(Section):
    """Where runs are recorded with MLflow."""

    enabled: Flag = Field(True, description="Whether the run is recorded at all.")
    uri: str = Field(
        "runs/mlflow.sqlite",
        min_length=1,
        description="A SQLite file (made when missing), or the http(s) address of a tracking server.",
    )
    experiment: str = Field("themes", min_length=1, description="MLflow experiment.")
    model: str = Field("themes", min_length=1, description="Name in the MLflow model registry.")
    required: Flag = Field(
        False, description="Whether training fails when the tracking store does not answer (exit code 69)."
    )


class PromotionConfig(Section):
    """When `themes models promote` moves the champion; the model does not depend on it."""

    margin: float = Field(
        0.02,
        ge=0,
        le=1,
        description="F1 that a theme, or the mean of all, may lose. `promote` refuses when the whole interval of "
        "the difference lies below that.",
    )
    confidence: float = Field(0.95, gt=0.5, lt=1, description="Coverage of these intervals.")


class Config(Section):
    """One reproducible model."""

    name: str = Field(
        min_length=1,
        max_length=64,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        description="Name of the model; the bundle is written to `models/NAME`.",
    )
    seed: int = Field(7, ge=0, lt=2**32, description="Seed of folds and resampling.")
    codebook: Path = Field(description="Codebook file; relative paths count from the file that names them.")
    labels: list[Path] = Field(
        min_length=1,
        description="Files or folders of judged paragraphs; relative to the file that names them.",
    )
    ingest: IngestConfig = Field(default_factory=IngestConfig)
    encoder: EncoderConfig = Field(default_factory=EncoderConfig)
    adapt: AdaptConfig = Field(default_factory=AdaptConfig)
    head: HeadConfig = Field(default_factory=HeadConfig)
    folds: FoldsConfig = Field(default_factory=FoldsConfig)
    calibration: CalibrationConfig = Field(default_factory=CalibrationConfig)
    thresholds: ThresholdsConfig = Field(default_factory=ThresholdsConfig)
    promises: PromisesConfig = Field(default_factory=PromisesConfig)
    evaluation: EvaluationConfig = Field(default_factory=EvaluationConfig)
    tracking: TrackingConfig = Field(default_factory=TrackingConfig)
    promotion: PromotionConfig = Field(default_factory=PromotionConfig)
