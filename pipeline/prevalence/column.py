"""The column by which shares are told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.configuration.messages import nearest
from pipeline.errors import UsageError
from pipeline.tagging.rows import PARAGRAPHS, Columns

__all__ = ["Column"]

_PERIODS = {"year": 4, "month": 7}  # characters of YYYY-MM-DD
_KNOWN = tuple(name for name in PARAGRAPHS.names if name not in ("text", "paragraph_id"))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of ``paragraphs``, or the month or year of its ``date``; an empty name divides nothing.

    Parameters
    ----------
    name
        Of the column.
    length
        Characters of each value that count; 0 for all.
    """

    name: str = ""
    length: int = 0

    @classmethod
    def named(cls, words: str) -> Column:
        """Read ``COLUMN``, ``date:month`` or ``date:year``.

        Raises
        ------
        UsageError
            When it is none of them.
        """
        if not words:
            return cls()
        name, _, period = words.partition(":")
        if name not in _KNOWN:
            close = nearest(name, list(_KNOWN))
            hint = f"did you mean {close!r}? " if close else ""
            known = f"{hint}accepted: date:month, date:year, {', '.join(_KNOWN)}"
            raise UsageError("--by", f"no such column, found {words!r}", known)
        if period and (name != "date" or period not in _PERIODS):
            raise UsageError("--by", f"no such part of a column, found {words!r}", "accepted: date:month, date:year")
        return cls(name, _PERIODS.get(period, 0))

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that must be read."""
        return (self.name,) if self.name else ()

    def values(self, columns: Columns, *, rows: Sequence[int]) -> list[str]:
        """Give the value of each of these rows; an empty text where it is not known."""
        if not self.name:
            return [""] * len(rows)
        cells = columns[self.name]
        return [str(cells[row])[: self.length or None] for row in rows]
