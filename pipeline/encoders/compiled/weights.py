"""Reads a transformer encoder from its checked files, without torch.

Knows the shapes that sentence encoders of a size for processors have: BERT (also RoBERTa and XLM-RoBERTa, which
differ in where positions begin), DistilBERT (no token types) and MPNet (nor these, positions also relative). Others
stay with sentence-transformers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.encoders.compiled.network import Array, Layer, Linear, Network, Norm
from pipeline.encoders.encoder_files import EncoderFiles
from pipeline.encoders.lora import Adapter
from pipeline.errors import DataError

__all__ = ["read_network", "why_not"]

_MODULES = ("Transformer", "Pooling", "Normalize")
_POOLINGS = ("mean", "cls")
_ENDLESS = 2**20  # tokens: the positions decide
_EPSILON = 1e-12  # DistilBERT's, which its configuration does not name
_FAR = 128  # MPNet: distances from here on share one bucket
# what the parts of a layer are called, in the order of `Layer`
_BERT = (
    "attention.self.query attention.self.key attention.self.value",
    "attention.output.dense",
    "attention.output.LayerNorm",
    "intermediate.dense",
    "output.dense",
    "output.LayerNorm",
)
_MPNET = (
    "attention.attn.q attention.attn.k attention.attn.v",
    "attention.attn.o",
    "attention.LayerNorm",
    *_BERT[3:],
)
_DISTILBERT = (
    "attention.q_lin attention.k_lin attention.v_lin",
    "attention.out_lin",
    "sa_layer_norm",
    "ffn.lin1",
    "ffn.lin2",
    "output_layer_norm",
)
_KINDS = {"bert": _BERT, "roberta": _BERT, "xlm-roberta": _BERT, "distilbert": _DISTILBERT, "mpnet": _MPNET}


def why_not(folder: Path) -> str | None:
    """Say why an encoder's files cannot be compiled here; None when they can."""
    if not (folder / "tokenizer.json").is_file() or not (folder / "config.json").is_file():
        return "it has no tokenizer.json or no config.json"
    config, modules = _json(folder / "config.json"), _modules(folder)
    settings, module = (
        _json(path) if path.is_file() else {}
        for path in (folder / "config_sentence_transformers.json", folder / "sentence_bert_config.json")
    )
    activation = config.get("hidden_act", config.get("activation"))
    known = tuple(modules) in (_MODULES[:2], _MODULES)
    obstacles = {
        f"its model_type is {config.get('model_type')!r}, compiled are {', '.join(_KINDS)}": (
            config.get("model_type") not in _KINDS
        ),
        f"it is made of {', '.join(modules)}": not known,
        f"it pools otherwise than by {' or '.join(_POOLINGS)}": (
            known and _pooling(folder / modules["Pooling"]) not in _POOLINGS
        ),
        f"its activation is {activation!r}": activation != "gelu",
        "its positions are of another kind": config.get("position_embedding_type", "absolute") != "absolute",
        "it puts a prompt before every text": bool(settings.get("default_prompt_name")),
        "it changes texts before its tokenizer": bool(module.get("do_lower_case")),
    }
    return next((obstacle for obstacle, met in obstacles.items() if met), None)


def read_network(files: EncoderFiles, *, max_tokens: int | None = None, adapter: Adapter | None = None) -> Network:
    """Read an encoder's weights, with what it was taught added to them.

    Raises
    ------
    DataError
        When a weight is missing or the adapter does not fit.
    """
    from safetensors.numpy import load_file

    config, modules = _json(files.folder / "config.json"), _modules(files.folder)
    found = load_file(next(iter(sorted((files.folder / modules["Transformer"]).glob("*.safetensors")))))
    weights = _Weights({_bare(name): array.astype(np.float32) for name, array in found.items()}, files.folder)
    if adapter is not None:
        weights.teach(adapter)
    kind = config["model_type"]
    # positions before it belong to padding
    skipped = 0 if kind in ("bert", "distilbert") else int(config["pad_token_id"]) + 1
    positions = weights["embeddings.position_embeddings.weight"][skipped:]
    if kind not in ("distilbert", "mpnet"):
        positions = positions + weights["embeddings.token_type_embeddings.weight"][0]
    heads = int(config["n_heads"] if kind == "distilbert" else config["num_attention_heads"])
    layers = int(config["n_layers"] if kind == "distilbert" else config["num_hidden_layers"])
    limit = min(len(positions), _limit(files.folder), max_tokens or len(positions))
    return Network(
        words=weights["embeddings.word_embeddings.weight"],
        positions=positions,
        start=weights.norm("embeddings.LayerNorm"),
        layers=tuple(weights.layer(f"layer.{number}.", names=_KINDS[kind]) for number in range(layers)),
        heads=heads,
        epsilon=float(config.get("layer_norm_eps", _EPSILON)),
        distances=_distances(weights["relative_attention_bias.weight"], len(positions)) if kind == "mpnet" else None,
        pooling=_pooling(files.folder / modules["Pooling"]),
        unit="Normalize" in modules,
        limit=limit,
    )


def _json(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text("utf-8")))


def _modules(folder: Path) -> dict[str, str]:
    """Give the folders of an encoder's modules by the last part of their type, in order."""
    entries = json.loads((folder / "modules.json").read_text("utf-8"))
    return {str(entry["type"]).rpartition(".")[2]: str(entry["path"]) for entry in entries}


def _pooling(folder: Path) -> str:
    """Name the pooling, as old (``pooling_mode_mean_tokens: true``) and new files (``pooling_mode: mean``) do."""
    config = _json(folder / "config.json")
    if "pooling_mode" in config:
        return str(config["pooling_mode"])
    named = [key for key, value in config.items() if key.startswith("pooling_mode_") and value]
    return {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}.get("+".join(named), "+".join(named))


def _limit(folder: Path) -> int:
    """Give the window in tokens, which old files keep with the module and new ones with the tokenizer."""
    for name, key in (("sentence_bert_config.json", "max_seq_length"), ("tokenizer_config.json", "model_max_length")):
        found = _json(folder / name).get(key) if (folder / name).is_file() else None
        if found:
            return int(min(found, _ENDLESS))
    return _ENDLESS


def _bare(name: str) -> str:
    """Take what wraps the network off a weight's name: ``bert.encoder.layer.0...`` is ``layer.0...``."""
    for wrap in ("encoder.", "transformer."):
        _, found, bare = name.partition(wrap)
        if found:
            return bare
    return name[max(0, name.find("embeddings.")) :]


class _Weights(dict[str, Array]):
    """Weights by name, with errors that name the one that is missing."""

    def __init__(self, arrays: dict[str, Array], place: Path) -> None:
        super().__init__(arrays)
        self._place = place

    def __missing__(self, name: str) -> Array:
        raise DataError(self._place, f"the weights hold no {name!r}", "set encoder.backend=torch for this encoder")

    def teach(self, adapter: Adapter) -> None:
        """Add what the encoder was taught."""
        for name, change in adapter.changes().items():
            weight = self.get(f"{_bare(name)}.weight")
            if weight is None or weight.shape != change.shape:
                raise DataError(f"adapter layer {name!r}", "does not fit the encoder", "train again with this encoder")
            self[f"{_bare(name)}.weight"] = weight + change

    def norm(self, name: str) -> Norm:
        return Norm(self[f"{name}.weight"], self[f"{name}.bias"])

    def linear(self, *names: str) -> Linear:
        """Give one or several linear parts as one."""
        return Linear(
            np.concatenate([self[f"{name}.weight"] for name in names]),
            np.concatenate([self[f"{name}.bias"] for name in names]),
        )

    def layer(self, at: str, *, names: tuple[str, ...]) -> Layer:
        together, out, first, up, down, second = ([f"{at}{name}" for name in part.split()] for part in names)
        return Layer(
            together=self.linear(*together),
            out=self.linear(*out),
            first=self.norm(*first),
            up=self.linear(*up),
            down=self.linear(*down),
            second=self.norm(*second),
        )


def _distances(table: Array, longest: int) -> Array:
    """Give what MPNet's attention adds for each distance (T5's buckets: single near, logarithmic far)."""
    half = len(table) // 2
    place = np.arange(longest)
    away = place[:, None] - place[None, :]
    far = np.abs(away)
    exact = half // 2
    logarithmic = exact + (
        np.log(np.maximum(far, 1) / exact, dtype=np.float32) / np.log(_FAR / exact) * (half - exact)
    ).astype(np.int64)
    bucket = np.where(away < 0, half, 0) + np.where(far < exact, far, np.minimum(logarithmic, half - 1))
    return np.ascontiguousarray(table[bucket].transpose(2, 0, 1))
