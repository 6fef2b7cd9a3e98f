"""Where the files that come with the package lie: configs, labels, the default model, the sample dump."""

from __future__ import annotations

from pathlib import Path

__all__ = ["SAMPLE_DUMP", "shipped"]

_PACKAGE = Path(__file__).resolve().parents[1]
SAMPLE_DUMP = _PACKAGE / "demo" / "dump"


def shipped(name: str) -> Path:
    """Give the path of a shipped file or folder, as ``configs/default.yaml``.

    An installed wheel carries them inside the package, a checkout beside it.
    """
    inside = _PACKAGE / "_shipped" / name
    return inside if inside.exists() else _PACKAGE.parent / name
