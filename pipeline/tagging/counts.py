"""Counting once: in how many different paragraphs and stories a theme stands, however often they are reprinted."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import WriteError
from pipeline.model.theme_model import YES
from pipeline.tagging.rows import Taggable

__all__ = ["Stories", "ThemeCount"]

_TABLES = """
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;
CREATE TABLE paragraphs (theme INTEGER, cluster TEXT, PRIMARY KEY (theme, cluster)) WITHOUT ROWID;
CREATE TABLE stories (theme INTEGER, cluster TEXT, PRIMARY KEY (theme, cluster)) WITHOUT ROWID;
"""
_ANY = -1  # stands for "whatever the theme"; theme + number of themes stands for its band `review`


@dataclass(frozen=True, slots=True)
class ThemeCount:
    """How often a theme is given, and how often a person should look.

    Parameters
    ----------
    paragraphs
        Paragraphs with the theme: in the band ``yes``.
    distinct_paragraphs
        Of these, near-duplicates counted once.
    stories
        Articles with at least one such paragraph, reprints counted once.
    review
        Paragraphs in the band ``review``: beside those above.
    distinct_review
        Of these, near-duplicates counted once.
    """

    paragraphs: int
    distinct_paragraphs: int
    stories: int
    review: int = 0
    distinct_review: int = 0

    def as_dict(self) -> dict[str, int]:
        """Give the numbers by name."""
        return asdict(self)


class Stories:
    """A tally that lies on disk, so that memory does not grow with the dump.

    Parameters
    ----------
    folder
        A private folder that its caller deletes.
    themes
        Number of themes.
    """

    def __init__(self, folder: Path, *, themes: int) -> None:
        self._path = folder / "stories.sqlite"
        self._base = sqlite3.connect(self._path, check_same_thread=False)  # used by one thread after the other
        self._base.executescript(_TABLES)
        self._given, self._review = np.zeros((2, themes), dtype=np.int64)
        self.paragraphs = 0
        self.to_read = 0  # paragraphs that are yes or review for any theme

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._base.close()

    def add(self, items: Sequence[Taggable], bands: NDArray[np.int8]) -> None:
        """Count n paragraphs with their bands, (n, t)."""
        self.paragraphs += len(items)
        self.to_read += int((bands >= 1).any(axis=1).sum())
        self._given += (bands == YES).sum(axis=0)
        self._review += (bands == 1).sum(axis=0)
        rows, themes = (found.tolist() for found in np.nonzero(bands == YES))
        review = [found.tolist() for found in np.nonzero(bands == 1)]
        passages = [item.paragraph.cluster_id for item in items]
        stories = [item.article_cluster_id for item in items]
        count = len(self._given)
        given = {(theme, passages[row]) for row, theme in zip(rows, themes, strict=True)}
        given |= {(count + theme, passages[row]) for row, theme in zip(*review, strict=True)}
        self._insert("paragraphs", given | {(_ANY, passage) for passage in passages})
        told = {(theme, stories[row]) for row, theme in zip(rows, themes, strict=True)}
        self._insert("stories", told | {(_ANY, story) for story in stories})

    def _insert(self, table: str, rows: set[tuple[int, str]]) -> None:
        query = f"INSERT OR IGNORE INTO {table} VALUES (?, ?)"  # noqa: S608 - our own names
        try:
            self._base.executemany(query, sorted(rows))  # in the order of the table: pages are filled one by one
            self._base.commit()
        except sqlite3.OperationalError as error:
            raise WriteError(
                self._path, f"the tally cannot be written ({error})", "free some space, then run the same command again"
            ) from error

    def themes(self) -> list[ThemeCount]:
        """Give the counts of each theme, in order."""
        return [
            dataclasses.replace(
                self._count(theme, int(given)),
                review=int(review),
                distinct_review=self._distinct("paragraphs", len(self._given) + theme),
            )
            for theme, (given, review) in enumerate(zip(self._given, self._review, strict=True))
        ]

    def total(self) -> ThemeCount:
        """Give the counts whatever the theme, none included."""
        return self._count(_ANY, self.paragraphs)

    def _count(self, theme: int, paragraphs: int) -> ThemeCount:
        return ThemeCount(paragraphs, self._distinct("paragraphs", theme), self._distinct("stories", theme))

    def _distinct(self, table: str, theme: int) -> int:
        query = f"SELECT count(*) FROM {table} WHERE theme = ?"  # noqa: S608 - our own names
        return int(self._base.execute(query, (theme,)).fetchone()[0])
