"""Models measured on judged paragraphs that they have not seen, alone and one against another."""

from pipeline.comparing.comparison import Compared, Comparison, compare
from pipeline.comparing.sources import Source, Sources, measure_sources
from pipeline.comparing.unseen import Unseen, joined_groups, unseen_scores, usable_rows

__all__ = [
    "Compared",
    "Comparison",
    "Source",
    "Sources",
    "Unseen",
    "compare",
    "joined_groups",
    "measure_sources",
    "unseen_scores",
    "usable_rows",
]
