"""sentence-transformers and torch as the back end: the reference, for encoders of any kind and for GPUs."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.schema import EncoderConfig
from pipeline.encoders.compiled.quantization import Quantization
from pipeline.encoders.encoder import Encoded, TokenVectors, Watch
from pipeline.encoders.encoder_files import EncoderFiles
from pipeline.encoders.lora import Adapter, apply
from pipeline.encoders.windows import whole, whole_parts, windows
from pipeline.errors import DataError
from pipeline.offline import quiet
from pipeline.progress import Progress, silent
from pipeline.records import digest

__all__ = ["SentenceEncoder"]

_WAY = "windows-1"  # names the way text becomes a vector here; changes with it, so that caches are not mixed


@dataclass(frozen=True, slots=True)
class _Window:
    """A piece of a text as the network read it: ``vector`` float64 (width,), ``hidden`` float64 (k, width)."""

    start: int
    end: int
    tokens: int
    vector: NDArray[np.float64]
    hidden: NDArray[np.float64]


class SentenceEncoder:
    """A sentence-transformers model, loaded when the first text comes.

    Every text is passed through the network on its own: padding and batch shape change the last bits of a
    vector, and the cache, a resumed run and a reordered dump must all give the same bytes. On two cores this
    costs about a quarter to a third of the speed of batches of 32; ``CompiledEncoder`` does not pay that price.

    Parameters
    ----------
    files
        The checked files.
    config
        Device and window.
    adapter
        What the encoder was taught; None leaves it as published.
    """

    def __init__(self, files: EncoderFiles, *, config: EncoderConfig, adapter: Adapter | None = None) -> None:
        self.files = files
        self.adapter = adapter
        self._config = config

    @property
    def identity(self) -> str:
        """Hash of files, window, the way text is read, and what the encoder was taught."""
        taught = () if self.adapter is None else (self.adapter.identity,)
        return digest(self.files.identity, str(self._config.max_tokens), _WAY, *taught)

    def taught(self, adapter: Adapter) -> SentenceEncoder:
        """Give the same encoder with an adapter."""
        return SentenceEncoder(self.files, config=self._config, adapter=adapter)

    quantization: Quantization | None = None

    @functools.cached_property
    def _model(self) -> Any:
        return self.open()

    def open(self) -> Any:
        """Load the network, as a ``SentenceTransformer`` of its own."""
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
        if self.adapter is not None:
            apply(model[0], self.adapter)
        return model

    def encode(self, texts: Sequence[str], *, watch: Watch | None = None, progress: Progress = silent) -> Encoded:
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
            read = self._read(text)
            vectors.append(_whole(read))
            counts.append(len(read))
            if watch is not None and self._is_sum:
                watch(done, self._parts(text, read))
        progress("encode", len(texts), len(texts))
        stacked = np.stack(vectors) if vectors else np.zeros((0, 0))
        if not np.isfinite(stacked).all():
            row = int(np.flatnonzero(~np.isfinite(stacked).all(axis=1))[0])
            raise DataError(f"text {row + 1} of {len(texts)}", "its vector is not finite", "check the encoder")
        return Encoded(stacked.astype(np.float32), np.array(counts, dtype=np.int32))

    def explain(self, text: str) -> TokenVectors | None:
        """Give the text's vector as a sum over tokens; None when the encoder does not pool by mean.

        Mean pooling makes the vector a sum of token outputs over their number; a final normalisation divides
        all by one length. So every token's share is exact, not an approximation.
        """
        return self._parts(text, self._read(text)) if self._is_sum else None

    @functools.cached_property
    def _is_sum(self) -> bool:
        return len(self._model) > 1 and self._model[1].get_config_dict().get("pooling_mode") == "mean"

    def _parts(self, text: str, read: list[_Window]) -> TokenVectors:
        rows, places = [], []
        for window in read:
            scale = np.linalg.norm(window.vector) / np.linalg.norm(window.hidden.mean(axis=0))
            rows.append(window.hidden * (scale / len(window.hidden)))
            offsets = self._offsets(text[window.start : window.end], special=True)
            places += [(a + window.start, b + window.start) if b > a else (0, 0) for a, b in offsets]
        tokens = [window.tokens for window in read]
        length = float(np.linalg.norm(_whole(read)))
        return TokenVectors(np.array(places, dtype=np.int32), whole_parts(rows, tokens, length=length))

    @property
    def _limit(self) -> int | None:
        """Most tokens of a window, special ones included; None for encoders that read any length."""
        limit = self._model.max_seq_length
        return None if limit is None or math.isinf(limit) else int(limit)

    def _read(self, text: str) -> list[_Window]:
        """Run the network on a text, in as many windows as it needs."""
        features = self._model.preprocess([text])
        ids = features["input_ids"]
        if self._limit is None or ids.ndim < 2 or ids.shape[1] < self._limit:  # nothing was cut off
            return [_Window(0, len(text), 1, *self._run(features))]
        spans = windows(self._offsets(text, special=False), text, room=max(1, self._limit - 2))
        return [
            _Window(start, end, tokens, *self._run(self._model.preprocess([text[start:end]])))
            for start, end, tokens in spans
        ]

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

    def _run(self, features: dict[str, Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give the vector (width,) of one window and its tokens' outputs (k, width)."""
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


def _whole(read: list[_Window]) -> NDArray[np.float64]:
    return whole([window.vector for window in read], [window.tokens for window in read])
