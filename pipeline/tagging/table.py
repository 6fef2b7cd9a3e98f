"""What a table of the output is: names and types of columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["ColumnType", "Columns", "Table", "arrow_type"]

ColumnType = Literal["string", "int32", "int64", "float32"]
Columns = dict[str, list[Any]]
"""Rows by column, all lists of one length."""


def arrow_type(kind: ColumnType) -> Any:
    """Give the ``pyarrow.DataType``."""
    import pyarrow as pa

    return {"string": pa.string(), "int32": pa.int32(), "int64": pa.int64(), "float32": pa.float32()}[kind]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the output.

    Parameters
    ----------
    name
        Of its folder.
    columns
        Names and types, in order.
    """

    name: str
    columns: tuple[tuple[str, ColumnType], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(name for name, _ in self.columns)

    def without(self, *names: str) -> Table:
        """Give the table without some columns."""
        return Table(self.name, tuple(column for column in self.columns if column[0] not in names))

    def arrow(self) -> Any:
        """Give the ``pyarrow.Schema``; no column is ever null."""
        import pyarrow as pa

        return pa.schema([pa.field(name, arrow_type(kind), nullable=False) for name, kind in self.columns])

    def rows(self, columns: Columns) -> Iterable[tuple[Any, ...]]:
        """Give the rows of columns, in the order of this table."""
        return zip(*(columns[name] for name in self.names), strict=True)
