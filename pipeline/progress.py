"""How a long step tells its caller how far it is, without knowing who shows it."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Progress", "silent"]


class Progress(Protocol):
    """Called from time to time by long steps."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Report that ``done`` of ``total`` units (None: not known) of ``stage`` are done."""


def silent(stage: str, done: int, total: int | None) -> None:
    """Show nothing."""
