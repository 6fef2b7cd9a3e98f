"""What a run says in parameters, metrics, tags, data sets and the held-out table: numbers and hashes."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.learning.metrics import Figure
from pipeline.tracking.repeat import recorded_config
from pipeline.tracking.runs import OURS

if TYPE_CHECKING:
    from mlflow.entities import DatasetInput

    from pipeline.evaluation.bands import Bands
    from pipeline.evaluation.evaluate import Evaluation, Measured

__all__ = ["datasets", "metrics", "parameters", "tags", "write_held_out"]

_FIGURES = ("precision", "recall", "f1", "average_precision", "calibration_error")
_LONGEST_PARAMETER = 6000  # MLflow's limit
_LONGEST_DIGEST = 36  # MLflow's limit; the whole hash stands in the profile and in the tags


def parameters(made: Measured) -> dict[str, str]:
    """Flatten the configuration to ``section.key``; where it is tracked and promoted is none of the model's."""
    values = recorded_config(made.config)
    del values["tracking"], values["promotion"]
    flat: dict[str, str] = {}
    for key, value in values.items():
        # only sections have fixed keys; a mapping inside one (ingest.fields) has the user's words as keys
        inner = value.items() if isinstance(value, dict) else [("", value)]
        for below, leaf in inner:
            text = leaf if isinstance(leaf, str) else json.dumps(leaf, ensure_ascii=False)
            flat[f"{key}.{below}" if below else key] = text[:_LONGEST_PARAMETER]
    return flat


def tags(made: Measured, *, model_sha256: str) -> dict[str, str]:
    """Give the run's tags; ``retuned_from_sha256`` is the model whose thresholds were chosen again."""
    kind = "retuning" if "retuned_from" in made.model.provenance else "training"
    hashes = {f"{what}_sha256": value for what, value in made.model.provenance.items()}
    return {
        **OURS,
        "kind": kind,
        "model": made.config.name,
        "model_sha256": model_sha256,
        "encoder_identity": made.model.recipe.encoder_identity,
        **hashes,
    }


def metrics(made: Measured) -> dict[str, float]:
    """Give every known figure: ``f1/bribery``, ``f1_low/bribery``, ``f1_macro``, ``tfidf/f1_macro`` ...

    A figure that is not known is left out here; why it is not known stands in the bundle's evaluation.json.
    """
    evaluation = made.evaluation
    found: dict[str, float] = {
        "rows": float(evaluation.rows),
        "groups": float(evaluation.groups),
        "confidence": evaluation.confidence,
    }
    for theme, threshold in zip(made.model.themes, made.model.decider.threshold, strict=True):
        one = evaluation.measures.themes[theme]
        for name in _FIGURES:
            found |= _bounds(name, getattr(one, name), below=f"/{theme}")
        found |= {f"support/{theme}": float(one.support), f"threshold/{theme}": float(threshold)}
    found |= _bands(evaluation.bands)
    for kind, figures in (("macro", evaluation.measures.macro), ("micro", evaluation.measures.micro)):
        for name, figure in figures.items():
            found |= _bounds(f"{name}_{kind}", figure)
    found |= _beside(evaluation)
    return {name: value for name, value in found.items() if math.isfinite(value)}


def _beside(evaluation: Evaluation) -> dict[str, float]:
    """Give the figures of the baselines, and of the model with whole sources held out (``by_source/...``)."""
    found: dict[str, float] = {}
    others = dict(evaluation.baselines)
    if evaluation.by_source:
        others["by_source"] = evaluation.by_source
    for other, measures in others.items():
        for name, figure in measures.macro.items():
            found |= _bounds(f"{other}/{name}_macro", figure)
        for theme, one in measures.themes.items():
            found |= _bounds(f"{other}/f1", one.f1, below=f"/{theme}")
    return found


def _bands(bands: Bands | None) -> dict[str, float]:
    """Give ``floor/THEME``, ``promised/THEME`` (1 or 0), ``share_to_read/THEME``, and ``share_to_read`` for any."""
    found: dict[str, float] = {}
    for theme, one in bands.themes.items() if bands else ():
        found |= {f"floor/{theme}": one.floor, f"promised/{theme}": float(one.promised)}
        found[f"share_to_read/{theme}"] = one.share_to_read
    return found | ({"share_to_read": bands.share_to_read} if bands else {})


def _bounds(name: str, figure: Figure, *, below: str = "") -> dict[str, float]:
    values = {"": figure.value, "_low": figure.low, "_high": figure.high}
    return {f"{name}{bound}{below}": value for bound, value in values.items() if value is not None}


def datasets(made: Measured) -> list[DatasetInput]:
    """Describe labels and codebook as MLflow data sets: name, hash, counts and place, not their content."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    values, provenance = recorded_config(made.config), made.model.provenance
    codebook = made.model.codebook
    described: list[tuple[str, list[str], dict[str, Any], str]] = [
        ("labels", values["labels"], _label_counts(made), "training"),
        ("codebook", [values["codebook"]], {"version": codebook.version, "themes": codebook.ids}, "codebook"),
    ]
    return [
        DatasetInput(
            dataset=Dataset(
                name=name,
                digest=provenance[name][:_LONGEST_DIGEST],
                source_type="local",
                source=json.dumps({"uri": " ".join(places)}),
                profile=json.dumps(profile | {"sha256": provenance[name]}),
            ),
            tags=[InputTag("mlflow.data.context", context)],
        )
        for name, places, profile, context in described
    ]


def _label_counts(made: Measured) -> dict[str, Any]:
    words = (("yes", 1), ("no", 0), ("unknown", -1))
    counts = {
        theme: {word: int((column == answer).sum()) for word, answer in words}
        for theme, column in zip(made.model.themes, made.answers.T, strict=True)
    }
    return {"rows": len(made.answers), "groups": made.evaluation.groups, "answers": counts}


def write_held_out(made: Measured, path: Path) -> None:
    """Write the held-out answers and scores as Parquet, one row per paragraph and theme, without text.

    Columns: ``id`` of the paragraph (its key, for a retuned model, whose bundle has no ids); ``group`` and ``fold``;
    ``theme``; ``answer`` (yes, no; null when unsure or not asked); ``score`` (float32) and ``decision``, both made
    without the paragraph's fold.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows, count = made.scores.shape
    words = np.array(["no", "yes", None], dtype=object)  # -1, unknown, counts from the end
    columns: dict[str, Any] = {
        "id": pa.array(np.repeat(np.array(made.ids, dtype=object), count), pa.string()),
        "group": np.repeat(made.groups, count),
        "fold": np.repeat(made.fold, count),
        "theme": pa.array(list(made.model.themes) * rows).dictionary_encode(),
        "answer": pa.array(words[made.answers.ravel()], pa.string()),
        "score": made.scores.ravel(),
        "decision": made.decisions.ravel(),
    }
    pq.write_table(pa.table(columns), path, compression="zstd", write_page_checksum=True)
