"""Texts to vectors: the ``Encoder`` protocol, its back end, and the cache in front of it."""

from pipeline.embed.adapt import Adapter, batch_vectors, fit_adapter
from pipeline.embed.cache import CachedEncoder, VectorCache
from pipeline.embed.encoder import Encoded, Encoder, SentenceEncoder, TokenVectors, Watch, load_encoder
from pipeline.embed.source import EncoderFiles, find_encoder

__all__ = [
    "Adapter",
    "CachedEncoder",
    "Encoded",
    "Encoder",
    "EncoderFiles",
    "SentenceEncoder",
    "TokenVectors",
    "VectorCache",
    "Watch",
    "batch_vectors",
    "find_encoder",
    "fit_adapter",
    "load_encoder",
]
