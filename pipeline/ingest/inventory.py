"""Counting what a dump holds, before anything is tagged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.ingest.ledger import Ledger
from pipeline.ingest.stream import Cut
from pipeline.records import Rejected

__all__ = ["Inventory"]


class Inventory:
    """Counts of files, articles, paragraphs by kind, noise by reason, and what was refused.

    Parameters
    ----------
    ledger
        The one that ``ingest`` keeps.
    listed
        How many rejected rows are kept by name; all are counted.
    """

    def __init__(self, ledger: Ledger, *, listed: int = 20) -> None:
        self.ledger = ledger
        self.kinds: dict[str, Counter[str]] = {}
        self.reasons: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()
        self.rejected: list[Rejected] = []
        self.articles = 0
        self.copies = 0
        self._listed = listed

    def counted(self, stream: Iterable[Cut | Rejected]) -> Iterator[Cut]:
        """Hand on the articles of ``ingest`` and count everything."""
        for found in stream:
            if isinstance(found, Rejected):
                self._refuse(found)
            else:
                self._add(found)
                yield found

    def _refuse(self, rejected: Rejected) -> None:
        self.codes[str(rejected.code)] += 1
        if not rejected.code.skipped and len(self.rejected) < self._listed:
            self.rejected.append(rejected)

    def _add(self, found: Cut) -> None:
        self.articles += 1
        self.copies += found.article_cluster_id != found.article.article_id
        kinds = self.kinds.setdefault(found.article.source.file, Counter())
        kinds.update(str(paragraph.kind) for paragraph in found.paragraphs)
        self.reasons.update(paragraph.reason for paragraph in found.paragraphs if paragraph.reason)

    @property
    def paragraphs(self) -> Counter[str]:
        """Paragraphs by kind, over all files."""
        return sum(self.kinds.values(), Counter())

    def as_dict(self) -> dict[str, Any]:
        """Give all counts, and the first rejected rows by name, as plain data."""
        return {
            "files": [
                row | {"paragraphs": dict(sorted(self.kinds.get(str(row["file"]), Counter()).items()))}
                for row in self.ledger.as_rows()
            ],
            "totals": self.ledger.totals().as_dict(),
            "articles": self.articles,
            "copies": self.copies,
            "paragraphs": dict(sorted(self.paragraphs.items())),
            "noise_reasons": dict(self.reasons.most_common()),
            "codes": dict(self.codes.most_common()),
            "rejected": [
                {"code": str(one.code), "place": str(one.source), "reason": one.reason, "remedy": one.remedy}
                for one in self.rejected
            ],
        }
