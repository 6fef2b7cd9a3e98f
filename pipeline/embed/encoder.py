"""The ``Encoder`` protocol and its sentence-transformers back end."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.config import EncoderConfig
from pipeline.embed.source import EncoderFiles, find_encoder
from pipeline.embed.windows import windows
from pipeline.errors import DataError
from pipeline.offline import quiet
from pipeline.progress import Progress, silent
from pipeline.records import digest

__all__ = ["Encoded", "Encoder", "SentenceEncoder", "TokenVectors", "load_encoder"]

_WAY = "windows-1"  # names the way text becomes a vector here; changes with it, so that caches are not mixed


@dataclass(frozen=True, slots=True)
class Encoded:
    """Vectors of n texts.

    Parameters
    ----------
    vectors
        float32 (n, width).
    windows
        int32 (n,): in how many windows each text was read; more than 1 for texts over the encoder's limit.
    """

    vectors: NDArray[np.float32]
    windows: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """A text's vector as a sum over its tokens.

    Parameters
    ----------
    spans
        int32 (k, 2): character span of each token; (0, 0) for the encoder's special tokens.
    parts
        float32 (k, width): rows add up to the text's vector.
    """

    spans: NDArray[np.int32]
    parts: NDArray[np.float32]


class Encoder(Protocol):
    """Anything that turns texts into vectors of one width, each text on its own."""

    @property
    def identity(self) -> str:
        """Hash of everything that can change a vector."""

    def encode(self, texts: Sequence[str], *, progress: Progress = silent) -> Encoded:
        """Give one vector per text; a text's vector does not depend on the other texts."""

    def explain(self, text: str) -> TokenVectors:
        """Give the text's vector as a sum over tokens."""


class SentenceEncoder:
    """A sentence-transformers model, loaded when the first text comes.

    Every text is passed through the network on its own: padding and batch shape change the last bits of a
    vector, and the cache, a resumed run and a reordered dump must all give the same bytes. On two cores this
    costs about a quarter to a third of the speed of batches of 32 (docs/performance.md).

    Parameters
    ----------
    files
        The checked files.
    config
        Device and window.
    """

    def __init__(self, files: EncoderFiles, *, config: EncoderConfig) -> None:
        self.files = files
        self._config = config

    @property
    def identity(self) -> str:
        """Hash of files, window and the way text is read."""
        return digest(self.files.identity, str(self._config.max_tokens), _WAY)

    @functools.cached_property
    def _model(self) -> Any:
        quiet()
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # "Loading weights" would stand between our own bars
        device = None if self._config.device == "auto" else self._config.device
        model = SentenceTransformer(
            str(self.files.folder),
            device=device,
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
        model.eval()
        if self._config.max_tokens:
            model.max_seq_length = min(self._config.max_tokens, model.max_seq_length or self._config.max_tokens)
        return model

    def encode(self, texts: Sequence[str], *, progress: Progress = silent) -> Encoded:
        """Give one vector per text.

        Raises
        ------
        DataError
            When the encoder gives a vector that is not finite.
        """
        vectors, counts = [], []
        for done, text in enumerate(texts):
            if done % 32 == 0:
                progress("encode", done, len(texts))
            vector, count = self._vector(text)
            vectors.append(vector)
            counts.append(count)
        progress("encode", len(texts), len(texts))
        stacked = np.stack(vectors) if vectors else np.zeros((0, 0))
        if not np.isfinite(stacked).all():
            row = int(np.flatnonzero(~np.isfinite(stacked).all(axis=1))[0])
            raise DataError(f"text {row + 1} of {len(texts)}", "its vector is not finite", "check the encoder")
        return Encoded(stacked.astype(np.float32), np.array(counts, dtype=np.int32))

    def explain(self, text: str) -> TokenVectors:
        """Give the text's vector as a sum over tokens.

        Mean pooling makes the vector a sum of token outputs over their number; a final normalisation divides
        all by one length. So every token's share is exact, not an approximation.

        Raises
        ------
        DataError
            When the encoder does not pool by mean.
        """
        if len(self._model) < 2 or self._model[1].get_config_dict().get("pooling_mode") != "mean":
            raise DataError(f"encoder {self.files.id}", "does not pool by mean", "use a mean-pooling encoder")
        spans = self._windows(text)
        total = sum(tokens for *_, tokens in spans)
        rows, places, vectors = [], [], []
        for start, end, tokens in spans:
            vector, hidden = self._forward(text[start:end])
            vectors.append(vector)
            scale = np.linalg.norm(vector) / np.linalg.norm(hidden.mean(axis=0))
            rows.append(hidden * (scale * tokens / total / len(hidden)))
            offsets = self._offsets(text[start:end], special=True)
            places += [(a + start, b + start) if b > a else (0, 0) for a, b in offsets]
        parts = np.concatenate(rows)
        whole = _join(np.stack(vectors), weights=[tokens for *_, tokens in spans])
        parts = parts * (np.linalg.norm(whole) / np.linalg.norm(parts.sum(axis=0)))
        return TokenVectors(np.array(places, dtype=np.int32), parts.astype(np.float32))

    @property
    def _limit(self) -> int | None:
        """Most tokens of a window, special ones included; None for encoders that read any length."""
        limit = self._model.max_seq_length
        return None if limit is None or math.isinf(limit) else int(limit)

    def _vector(self, text: str) -> tuple[NDArray[np.float64], int]:
        """Give a text's vector and in how many windows it was read."""
        features = self._model.preprocess([text])
        ids = features["input_ids"]
        if self._limit is None or ids.ndim < 2 or ids.shape[1] < self._limit:  # nothing was cut off
            return self._run(features)[0], 1
        spans = self._windows(text)
        parts = np.stack([self._forward(text[start:end])[0] for start, end, _ in spans])
        return _join(parts, weights=[tokens for *_, tokens in spans]), len(spans)

    def _windows(self, text: str) -> list[tuple[int, int, int]]:
        if self._limit is None:
            return [(0, len(text), 1)]
        return windows(self._offsets(text, special=False), text, room=max(1, self._limit - 2))

    def _offsets(self, text: str, *, special: bool) -> list[tuple[int, int]]:
        encoded = self._model.tokenizer(
            text,
            add_special_tokens=special,
            truncation=False,
            return_offsets_mapping=True,
            return_attention_mask=False,
            verbose=False,
        )
        return list(encoded["offset_mapping"])

    def _forward(self, text: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Run the network on one window: its vector (width,) and its tokens' outputs (k, width)."""
        return self._run(self._model.preprocess([text]))

    def _run(self, features: dict[str, Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        import torch

        with torch.inference_mode():
            moved = {
                key: value.to(self._model.device) if hasattr(value, "to") else value for key, value in features.items()
            }
            output = self._model.forward(moved)
        vector = output["sentence_embedding"][0].float().cpu().numpy().astype(np.float64)
        tokens = output.get("token_embeddings")  # a static table gives none
        hidden = np.zeros((0, len(vector))) if tokens is None else tokens[0].float().cpu().numpy()
        return vector, hidden.astype(np.float64)


def _join(parts: NDArray[np.float64], *, weights: list[int]) -> NDArray[np.float64]:
    """Mean of window vectors (k, width) weighted by their tokens, at the length one window has."""
    if len(parts) == 1:
        return np.asarray(parts[0])
    mean = np.average(parts, axis=0, weights=weights)
    length = np.linalg.norm(mean)
    unit = np.allclose(np.linalg.norm(parts, axis=1), 1.0, atol=1e-4)
    return np.asarray(mean / length if unit and length > 0 else mean)


def load_encoder(config: EncoderConfig) -> Encoder:
    """Find, check and wrap the encoder that a configuration names, with the cache in front if it asks for it.

    The network itself loads when the first text is not in the cache.
    """
    from pipeline.embed.cache import CachedEncoder, VectorCache

    encoder = SentenceEncoder(find_encoder(config), config=config)
    return CachedEncoder(encoder, cache=VectorCache()) if config.cache else encoder
