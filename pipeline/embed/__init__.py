"""Texts to vectors: the ``Encoder`` protocol, its back end, and the cache in front of it."""

from pipeline.embed.cache import CachedEncoder, VectorCache
from pipeline.embed.encoder import Encoded, Encoder, TokenVectors, load_encoder
from pipeline.embed.source import EncoderFiles, find_encoder

__all__ = [
    "CachedEncoder",
    "Encoded",
    "Encoder",
    "EncoderFiles",
    "TokenVectors",
    "VectorCache",
    "find_encoder",
    "load_encoder",
]
