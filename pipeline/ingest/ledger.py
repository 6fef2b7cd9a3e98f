"""Counts per file of a dump: every row that went in must come out tagged, rejected or skipped."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import InternalError
from pipeline.records import Rejected, Source

__all__ = ["Counts", "Ledger"]


@dataclass(slots=True)
class Counts:
    """How many rows of one file (or of all) went in, and what became of them."""

    rows_in: int = 0
    tagged: int = 0
    rejected: int = 0
    skipped: int = 0

    @property
    def accounted(self) -> int:
        """Rows whose fate is known."""
        return self.tagged + self.rejected + self.skipped

    def as_dict(self) -> dict[str, int]:
        """Give the four numbers by name."""
        return {
            "rows_in": self.rows_in,
            "tagged": self.tagged,
            "rejected": self.rejected,
            "skipped": self.skipped,
        }


class Ledger:
    """The book-keeping of one run over a dump.

    ``rows_in`` is counted by the code that splits files into rows, before anyone asks what a row means; the
    reader counts what it refuses; whoever uses an article counts it as tagged (or as refused, with the reason).
    """

    def __init__(self) -> None:
        self._files: dict[str, Counts] = {}

    def seen(self, file: str, count: int = 1) -> None:
        """Count rows that stand in ``file`` (0 notes the file itself)."""
        self._files.setdefault(file, Counts()).rows_in += count

    def tagged(self, source: Source) -> None:
        """Count an article that was used."""
        self._files.setdefault(source.file, Counts()).tagged += 1

    def refused(self, rejected: Rejected) -> None:
        """Count a row that gives nothing: skipped or rejected, as its code says."""
        counts = self._files.setdefault(rejected.source.file, Counts())
        if rejected.code.skipped:
            counts.skipped += 1
        else:
            counts.rejected += 1

    def check(self) -> None:
        """Hold the books against each other.

        Raises
        ------
        InternalError
            When in some file ``rows_in != tagged + rejected + skipped``.
        """
        for file, counts in sorted(self._files.items()):
            if counts.rows_in != counts.accounted:
                raise InternalError(
                    file,
                    f"{counts.rows_in} rows in, but {counts.tagged} tagged + {counts.rejected} rejected + "
                    f"{counts.skipped} skipped = {counts.accounted}",
                    "this is a bug of ours: please report it with the kind of file, not the file",
                )

    def totals(self) -> Counts:
        """Give the sums over all files."""
        total = Counts()
        for counts in self._files.values():
            total.rows_in += counts.rows_in
            total.tagged += counts.tagged
            total.rejected += counts.rejected
            total.skipped += counts.skipped
        return total

    def as_rows(self) -> list[dict[str, str | int]]:
        """Give one row per file, sorted by name: ``file, rows_in, tagged, rejected, skipped``."""
        return [{"file": file, **counts.as_dict()} for file, counts in sorted(self._files.items())]
