"""The encoder of a bundle: a network with what it was taught, or the table of a student; and the gate of a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from pipeline.configuration.schema import EncoderConfig
from pipeline.encoders import Encoder, StaticEncoder, TokenTable, load_encoder
from pipeline.errors import DataError
from pipeline.learning.heads import Heads
from pipeline.model.bundle_arrays import check_arrays, decider_of, model_arrays, read_adapter, read_quantization
from pipeline.model.bundle_files import BUNDLE
from pipeline.model.gate import GateRule
from pipeline.model.theme_model import Gate, Recipe, ThemeModel

__all__ = ["read_encoder", "read_gate", "student_contents"]

_RULE = ("gate_slope", "gate_article", "gate_intercept", "gate_level")


def student_contents(model: ThemeModel) -> dict[str, bytes]:
    """Give the files of a student, or of the student in a model's gate; none for other models."""
    from safetensors.numpy import save

    encoder = model.encoder if model.gate is None else model.gate.student.encoder
    if not isinstance(encoder, StaticEncoder):
        return {}
    contents = {BUNDLE.table: save(_contiguous(encoder.table.arrays)), BUNDLE.tokenizer: encoder.tokenizer}
    if model.gate is not None:
        rule = model.gate.rule
        numbers = dict(zip(_RULE, (rule.slope, rule.article, rule.intercept, np.array([rule.level])), strict=True))
        contents[BUNDLE.gate] = save(_contiguous(model_arrays(model.gate.student) | numbers))
    return contents


def _contiguous(arrays: dict[str, Any]) -> dict[str, Any]:
    return {name: np.ascontiguousarray(array) for name, array in arrays.items()}


def read_encoder(folder: Path, config: EncoderConfig) -> Encoder:
    """Give what a bundle's model reads with: the table of a student, else the network that its recipe names."""
    static = None if (folder / BUNDLE.gate).is_file() else _read_static(folder)
    return static or load_encoder(
        config,
        adapter=read_adapter(folder / BUNDLE.adapter),
        quantization=read_quantization(folder / BUNDLE.quantization),
    )


def _read_static(folder: Path) -> StaticEncoder | None:
    """Read the table and the tokenizer of a bundle; None where it has none.

    Raises
    ------
    DataError
        When one of the two is missing, or the table is none.
    """
    table, tokenizer = folder / BUNDLE.table, folder / BUNDLE.tokenizer
    if not table.is_file() and not tokenizer.is_file():
        return None
    if not (table.is_file() and tokenizer.is_file()):
        raise DataError(folder, f"has only one of {table.name} and {tokenizer.name}", "distil the model again")
    from safetensors.numpy import load_file

    return StaticEncoder(TokenTable.read(load_file(table), place=table), tokenizer.read_bytes())


def read_gate(folder: Path, model: ThemeModel) -> Gate | None:
    """Read the gate in front of a model; None where the bundle has none.

    Raises
    ------
    DataError
        When its arrays are not what they must be.
    """
    path = folder / BUNDLE.gate
    if not path.is_file():
        return None
    from safetensors.numpy import load_file

    arrays, encoder = load_file(path), _read_static(folder)
    themes = len(model.themes)
    rule = [arrays.pop(name, np.zeros(0)) for name in _RULE]
    shapes = [array.shape for array in rule]
    if encoder is None or shapes != [(themes,)] * 3 + [(1,)] or not all(np.isfinite(one).all() for one in rule):
        raise DataError(path, f"not a gate for {themes} themes, found {shapes}", "distil the model again")
    check_arrays(path, arrays, themes=themes, old=False)
    recipe = Recipe(model.recipe.encoder, encoder.identity, model.recipe.ingest, neighbours=model.recipe.neighbours)
    student = ThemeModel(
        name=model.name,
        recipe=recipe,
        codebook=model.codebook,
        heads=Heads(arrays["weight"], arrays["bias"]),
        decider=decider_of(arrays, ()),
        encoder=encoder,
        provenance=model.provenance | {"distilled_from": model.provenance.get("gate_in_front_of", "")},
    )
    slope, article, intercept = (array.astype(np.float64) for array in rule[:3])
    return Gate(student, GateRule(slope, article, intercept, float(rule[3][0])))
