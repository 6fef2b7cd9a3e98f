"""How every picture is drawn: colours, frames, files.

Colours are Okabe and Ito's (2008), told apart by colour-blind readers and in grey print. Drawn with
matplotlib's objects, not pyplot: no window, no state of the process.
"""

from __future__ import annotations

import os
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.encoders import VectorCache
from pipeline.files import private_folder

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture

__all__ = [
    "BLUE",
    "GREY",
    "ORANGE",
    "SAND",
    "SKY",
    "bare",
    "canvas",
    "keep_font_list_private",
    "save_picture",
    "wrapped",
]

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#767676"
SKY, SAND = "#56B4E9", "#E69F00"
_DPI = 120


def keep_font_list_private() -> None:
    """Let matplotlib keep its list of fonts in our cache instead of a folder of its own in the home."""
    if "matplotlib" not in sys.modules:
        place = VectorCache().folder.with_name("matplotlib")
        os.environ.setdefault("MPLCONFIGDIR", str(private_folder(place)))


def canvas(width: float, height: float) -> Picture:
    """Give an empty picture of this size, in inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    picture = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(picture)
    return picture


def wrapped(name: str, *, width: int = 38) -> str:
    """Break a theme's name into at most two lines."""
    return "\n".join(textwrap.wrap(name, width=width, max_lines=2, placeholder="..."))


def bare(axes: Axes) -> None:
    """Take the frame off and put a light grid behind the marks."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)


def save_picture(picture: Picture, path: Path) -> Path:
    """Write a PNG without software or date inside: the same work gives the same bytes."""
    private_folder(path.parent)
    picture.savefig(path, dpi=_DPI, metadata={"Software": None})
    return path
