"""What this machine computes vectors with: the back end and the precision that ``auto`` stands for, and why."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from pipeline.configuration.schema import EncoderConfig
from pipeline.encoders.compiled.weights import why_not
from pipeline.errors import ConfigError, MissingError

__all__ = ["EIGHT_BITS", "Choice", "choose_backend", "processor", "resolved", "short_numbers"]

_PACKAGES = {"openvino": ("openvino",), "onnx": ("onnxruntime", "onnx"), "torch": ("sentence_transformers", "torch")}
_PRECISIONS = {
    "openvino": ("fp32", "bf16", "int8"),
    "onnx": ("fp32", "int8"),
    "torch": ("fp32", "bf16"),
}
# without these, sums of 8-bit products overflow 16 bits on x86: right on average, wrong at the ends
EIGHT_BITS = {"avx512_vnni", "avx_vnni", "amx_int8", "asimddp"}
"""Instruction sets that sum 8-bit products without overflow."""
_SHORT = {"avx512_bf16", "amx_bf16", "bf16"}


@dataclass(frozen=True, slots=True)
class Choice:
    """What is used, and why, in words."""

    backend: str
    precision: str
    why: str


def resolved(config: EncoderConfig, folder: Path) -> EncoderConfig:
    """Give a configuration with nothing ``auto`` in it: what the recipe of a model keeps.

    Raises
    ------
    ConfigError, MissingError
        As ``choose_backend``.
    """
    choice = choose_backend(config, folder)
    return config.model_copy(update={"backend": choice.backend, "precision": choice.precision})


def choose_backend(config: EncoderConfig, folder: Path) -> Choice:
    """Choose back end and precision for an encoder whose files lie in a folder.

    Raises
    ------
    ConfigError
        When the configuration names what does not go together.
    MissingError
        When it names a back end that is not installed.
    """
    backend, why = _backend(config, folder)
    precision, also = _precision(config, backend, sole=config.device == "cpu" or why_not(folder) is not None)
    return Choice(backend, precision, f"{why}; {also}")


def _backend(config: EncoderConfig, folder: Path) -> tuple[str, str]:
    obstacle = why_not(folder)
    if config.device != "cpu":
        obstacle = f"encoder.device is {config.device}, compiled networks run on the processor"
    if config.backend == "torch":
        return "torch", "the configuration says torch"
    if config.backend != "auto":
        if obstacle:
            raise ConfigError([f"encoder.backend: {config.backend} cannot run it: {obstacle}; set it to auto"])
        _check_installed(config.backend)
        return config.backend, f"the configuration says {config.backend}"
    if obstacle:
        return "torch", obstacle
    for name in ("openvino", "onnx"):
        if not _missing(name):
            return name, f"{_PACKAGES[name][0]} {metadata.version(_PACKAGES[name][0])} is installed"
    return "torch", "neither openvino nor onnxruntime is installed"


def _precision(config: EncoderConfig, backend: str, *, sole: bool) -> tuple[str, str]:
    """Choose the precision; with torch, ``sole`` says that every text is read on its own, as published."""
    accepted = ("fp32",) if backend == "torch" and sole else _PRECISIONS[backend]
    if config.precision != "auto":
        if config.precision not in accepted:
            raise ConfigError(
                [f"encoder.precision: {backend} has no {config.precision}; accepted: auto, {', '.join(accepted)}"]
            )
        return config.precision, f"the configuration says {config.precision}"
    if backend == "torch":
        return ("fp32", "one text at a time") if sole else ("bf16", "a GPU computes in bfloat16")
    found = processor() & EIGHT_BITS
    if found:
        return "int8", f"the processor has {', '.join(sorted(found))}"
    if "bf16" in accepted and short_numbers():
        return "bf16", "the processor computes in bfloat16 but has no sure 8-bit sums"
    return "fp32", "the processor has neither sure 8-bit sums nor bfloat16"


def short_numbers() -> bool:
    """Whether the processor computes in bfloat16."""
    return bool(processor() & _SHORT)


def processor() -> frozenset[str]:
    """Give the names of the processor's instruction sets, as Linux calls them; nothing elsewhere, but for Apple's."""
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        return frozenset({"asimddp"})
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    flags = next((line for line in lines if line.startswith(("flags", "Features"))), ":")
    return frozenset(flags.partition(":")[2].split())


def _missing(backend: str) -> list[str]:
    return [name for name in _PACKAGES[backend] if find_spec(name) is None]


def _check_installed(backend: str) -> None:
    missing = _missing(backend)
    if missing:
        how = f"pip install {' '.join(missing)}"
        raise MissingError(f"encoder.backend {backend}", f"needs {missing[0]}, which is not installed", how)
