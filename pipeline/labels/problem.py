"""What can be wrong with labels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Level", "Problem"]


class Level(StrEnum):
    """How bad a problem is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with labels.

    Parameters
    ----------
    place
        ``file:line``, or the theme.
    problem
        What is wrong, with the offending value, never with text of an article.
    remedy
        What to do about it.
    level
        Labels with an error cannot be used; a warning should be looked at.
    """

    place: str
    problem: str
    remedy: str
    level: Level = Level.ERROR

    def __str__(self) -> str:
        """Give the problem as one line."""
        return f"{self.place}: {self.problem}; {self.remedy}"
