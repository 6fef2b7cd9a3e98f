"""What a threshold is chosen for."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Goal", "checked_goal"]


@dataclass(frozen=True, slots=True)
class Goal:
    """What a threshold is chosen for: the best ``f1``, or at least this much ``precision`` or ``recall``.

    Parameters
    ----------
    kind
        ``f1``, ``precision`` or ``recall``.
    least
        Share that must be reached, in (0, 1); 0 for ``f1``.
    """

    kind: str
    least: float

    def __str__(self) -> str:
        """Give it as people write it: ``recall>=0.9``."""
        return self.kind if self.kind == "f1" else f"{self.kind}>={self.least!r}"

    @classmethod
    def of(cls, text: str) -> Goal:
        """Read ``f1``, ``precision>=X`` or ``recall>=X``.

        Raises
        ------
        ValueError
            With what is accepted, when it is none of these.
        """
        kind, sign, least = (part.strip() for part in text.partition(">="))
        try:
            if (kind, sign) == ("f1", ""):
                return cls(kind, 0.0)
            if kind in ("precision", "recall") and 0 < float(least) < 1:
                return cls(kind, float(least))
        except ValueError:
            pass
        raise ValueError(_GOALS)


_GOALS = "accepted: f1, or precision>=X or recall>=X with X above 0 and below 1, as 'recall>=0.9' (quoted in a shell)"


def checked_goal(text: str | None) -> str | None:
    """Give a goal in its one spelling; for validators.

    Raises
    ------
    ValueError
        As ``Goal.of``.
    """
    return text if text is None else str(Goal.of(text))
