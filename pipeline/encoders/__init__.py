"""Texts to vectors: the ``Encoder`` protocol, its back ends, and the cache in front of it."""

from pipeline.encoders.backend_choice import Choice, choose_backend
from pipeline.encoders.beside import BesideEncoder
from pipeline.encoders.cache import CachedEncoder, VectorCache
from pipeline.encoders.compiled.compiled_encoder import CompiledEncoder
from pipeline.encoders.compiled.quantization import Quantization
from pipeline.encoders.encoder import Encoded, Encoder, TokenVectors, Watch
from pipeline.encoders.encoder_files import EncoderFiles, find_encoder
from pipeline.encoders.factory import NetworkEncoder, load_encoder, network_of, settled
from pipeline.encoders.lora import Adapter, fit_adapter
from pipeline.encoders.sentence_transformer import SentenceEncoder
from pipeline.encoders.static import StaticEncoder, TokenTable, read_tokenizer

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
