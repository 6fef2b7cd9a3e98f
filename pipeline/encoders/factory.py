"""From a configuration to an encoder: find the files, check them, choose the back end."""

from __future__ import annotations

from pipeline.configuration.schema import EncoderConfig
from pipeline.encoders.backend_choice import choose_backend, resolved, short_numbers
from pipeline.encoders.beside import BesideEncoder
from pipeline.encoders.cache import CachedEncoder, VectorCache
from pipeline.encoders.compiled.compiled_encoder import CompiledEncoder
from pipeline.encoders.compiled.quantization import Quantization
from pipeline.encoders.compiled.weights import why_not
from pipeline.encoders.encoder import Encoder
from pipeline.encoders.encoder_files import find_encoder, locate
from pipeline.encoders.lora import Adapter
from pipeline.encoders.sentence_transformer import SentenceEncoder
from pipeline.errors import ConfigError

__all__ = ["NetworkEncoder", "load_encoder", "network_of", "settled"]

NetworkEncoder = SentenceEncoder | CompiledEncoder
"""Encoders with a network that can be taught."""


def load_encoder(
    config: EncoderConfig, *, adapter: Adapter | None = None, quantization: Quantization | None = None
) -> Encoder:
    """Find, check and wrap the encoder that a configuration names, with the cache in front if it asks for it.

    The network itself loads when the first text is not in the cache.

    Parameters
    ----------
    adapter
        What the encoder was taught, where a model has one.
    quantization
        How it computes in 8 bits, where it does and a model has chosen it.
    """
    config = settled(config)
    if config.beside:
        alone = config.model_copy(update={"beside": []})
        each = [alone, *(alone.model_copy(update={"id": name, "revision": None}) for name in config.beside)]
        return BesideEncoder([load_encoder(one) for one in each])
    files = find_encoder(config)
    if config.backend == "torch" and (config.device == "cpu" or why_not(files.folder)):
        encoder: NetworkEncoder = SentenceEncoder(files, config=config, adapter=adapter)
    else:
        encoder = CompiledEncoder(files, config=config, adapter=adapter, quantization=quantization)
    return CachedEncoder(encoder, cache=VectorCache()) if config.cache else encoder


def network_of(encoder: Encoder) -> NetworkEncoder | None:
    """Give the encoder behind the cache, where it has a network."""
    inner = encoder.inner if isinstance(encoder, CachedEncoder) else encoder
    return inner if isinstance(inner, SentenceEncoder | CompiledEncoder) else None


def settled(config: EncoderConfig) -> EncoderConfig:
    """Give the configuration with nothing ``auto`` in it, as this machine would compute: what a recipe keeps.

    Several encoders side by side share back end and precision, and are not computed in 8 bits.
    """
    if not config.beside:
        return resolved(config, locate(config))
    named = [config.model_copy(update={"id": name, "beside": []}) for name in (config.id, *config.beside)]
    if config.precision == "int8":
        raise ConfigError(["encoder.precision: int8 is for one encoder alone; set bf16 or fp32 with encoder.beside"])
    found = [choose_backend(one, locate(one)) for one in named]
    backends = {choice.backend for choice in found}
    backend = backends.pop() if len(backends) == 1 else "torch"
    precisions = {choice.precision.replace("int8", "bf16") for choice in found}
    short = backend != "onnx" and precisions == {"bf16"} and short_numbers()
    return config.model_copy(update={"backend": backend, "precision": "bf16" if short else "fp32"})
