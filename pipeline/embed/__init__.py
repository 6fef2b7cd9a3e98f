"""Texts to vectors: the ``Encoder`` protocol, its back ends, and the cache in front of it."""

from pipeline.embed.adapt import Adapter, fit_adapter
from pipeline.embed.beside import BesideEncoder
from pipeline.embed.cache import CachedEncoder, VectorCache
from pipeline.embed.compiled import CompiledEncoder
from pipeline.embed.encoder import Encoded, Encoder, TokenVectors, Watch
from pipeline.embed.load import NetworkEncoder, load_encoder, network_of, settled
from pipeline.embed.machine import Choice, choose_backend
from pipeline.embed.quantization import Quantization
from pipeline.embed.reference import SentenceEncoder
from pipeline.embed.source import EncoderFiles, find_encoder
from pipeline.embed.static import StaticEncoder, TokenTable, read_tokenizer

__all__ = [
    "Adapter",
    "BesideEncoder",
    "CachedEncoder",
    "Choice",
    "CompiledEncoder",
    "Encoded",
    "Encoder",
    "EncoderFiles",
    "NetworkEncoder",
    "Quantization",
    "SentenceEncoder",
    "StaticEncoder",
    "TokenTable",
    "TokenVectors",
    "VectorCache",
    "Watch",
    "choose_backend",
    "find_encoder",
    "fit_adapter",
    "load_encoder",
    "network_of",
    "read_tokenizer",
    "settled",
]
