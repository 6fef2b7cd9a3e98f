"""Names of the files in a bundle."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

__all__ = ["BUNDLE"]


@dataclass(frozen=True, slots=True)
class BundleFiles:
    """Names in a bundle; no other file may stand there."""

    model: str = "model.json"
    weights: str = "weights.safetensors"
    held_out: str = "held_out.safetensors"
    adapter: str = "adapter.safetensors"
    quantization: str = "quantization.safetensors"
    table: str = "table.safetensors"
    tokenizer: str = "tokenizer.json"
    gate: str = "gate.safetensors"
    card: str = "README.md"
    evaluation: str = "evaluation.json"
    config: str = "config.json"
    checks: str = "checks.json"

    @property
    def known(self) -> tuple[str, ...]:
        """All names that may stand in a bundle."""
        return dataclasses.astuple(self)

    @property
    def required(self) -> tuple[str, ...]:
        """What every bundle has, beside ``model.json``."""
        return tuple(name for name in self.known if name not in (self.model, *self.optional))

    @property
    def optional(self) -> tuple[str, ...]:
        """What not every bundle has."""
        return self.held_out, self.adapter, self.quantization, self.table, self.tokenizer, self.gate


BUNDLE = BundleFiles()
"""The names."""
