"""Where each article of a run was seen first; on disk once it grows, so that memory does not."""

from __future__ import annotations

import sqlite3

__all__ = ["Firsts"]


class Firsts:
    """Remembers article ids and their places in a nameless temporary database that ends with the run."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("CREATE TABLE firsts (id BLOB PRIMARY KEY, place TEXT) WITHOUT ROWID")
        self._database.execute("BEGIN")

    def first(self, article_id: str, place: str) -> str:
        """Give the place where this article was seen before; empty (and remembered) when it is new."""
        key = bytes.fromhex(article_id[1:])
        found = self._database.execute("SELECT place FROM firsts WHERE id = ?", (key,)).fetchone()
        if found:
            return str(found[0])
        self._database.execute("INSERT INTO firsts VALUES (?, ?)", (key, place))
        return ""

    def close(self) -> None:
        """Let go of what was remembered."""
        self._database.close()
