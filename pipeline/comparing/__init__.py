"""Models measured on judged paragraphs that they have not seen, alone and one against another."""

from pipeline.comparing.comparison import Compared, Comparison, compare
from pipeline.comparing.unseen import Unseen, joined_groups, unseen_scores, usable_rows

__all__ = ["Compared", "Comparison", "Unseen", "compare", "joined_groups", "unseen_scores", "usable_rows"]
