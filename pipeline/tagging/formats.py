"""Parquet, JSONL and CSV, each written so that the same rows give the same bytes."""

from __future__ import annotations

import contextlib
import csv
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal, get_args

from pipeline.errors import UsageError
from pipeline.tagging.table import Columns, ColumnType, Table, arrow_type

__all__ = ["FORMATS", "FileFormat", "file_format_named", "plain_text", "safe_cell", "table_writer"]

FileFormat = Literal["parquet", "jsonl", "csv"]
FORMATS: tuple[FileFormat, ...] = get_args(FileFormat)

Write = Callable[[Columns], None]

# What makes a spreadsheet run a cell instead of showing it (OWASP ASVS 1.2.10), with the full-width forms
# that some of them fold to the same signs.
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def file_format_named(name: str) -> FileFormat:
    """Check the name of a format.

    Raises
    ------
    UsageError
        When it is none of ``FORMATS``.
    """
    if name not in FORMATS:
        raise UsageError("--format", f"not a known format, found {name!r}", "one of " + ", ".join(FORMATS))
    return name


def table_writer(path: Path, table: Table, *, file_format: FileFormat) -> AbstractContextManager[Write]:
    """Open ``path`` for the rows of ``table``: call the yielded function as often as there are rows to add."""
    return _WRITERS[file_format](path, table)


@contextlib.contextmanager
def _parquet(path: Path, table: Table) -> Iterator[Write]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = table.arrow()
    # page checksums: without them one flipped bit reads back as another number, silently
    with pq.ParquetWriter(path, schema, compression="zstd", write_page_checksum=True) as writer:

        def write(columns: Columns) -> None:
            arrays = [_array(columns[name], kind) for name, kind in table.columns]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))

        yield write


def _array(values: list[Any], kind: ColumnType) -> Any:
    """Make a ``pyarrow.Array`` without nulls from its bytes: ``pa.array`` would import pandas to do it."""
    import numpy as np
    import pyarrow as pa

    if kind != "string":
        numbers = np.array(values, dtype=kind)
        return pa.Array.from_buffers(arrow_type(kind), len(values), [None, pa.py_buffer(numbers)], null_count=0)
    whole = "".join(values)
    if whole.isascii():
        data, sizes = whole.encode("ascii"), map(len, values)
    else:
        encoded = [value.encode("utf-8") for value in values]
        data, sizes = b"".join(encoded), map(len, encoded)
    offsets = np.zeros(len(values) + 1, dtype=np.int32)
    np.cumsum(np.fromiter(sizes, dtype=np.int32, count=len(values)), out=offsets[1:])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(arrow_type(kind), len(values), buffers, null_count=0)


@contextlib.contextmanager
def _jsonl(path: Path, table: Table) -> Iterator[Write]:
    shorten = _shortened(table)
    with path.open("w", encoding="utf-8", newline="\n") as file:

        def write(columns: Columns) -> None:
            for row in table.rows(columns):
                named = dict(zip(table.names, shorten(row), strict=True))
                file.write(json.dumps(named, ensure_ascii=False, allow_nan=False) + "\n")

        yield write


@contextlib.contextmanager
def _csv(path: Path, table: Table) -> Iterator[Write]:
    shorten = _shortened(table)
    # the mark at the start tells Excel that this is UTF-8
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(table.names)

        def write(columns: Columns) -> None:
            writer.writerows([safe_cell(value) for value in shorten(row)] for row in table.rows(columns))

        yield write


_WRITERS: dict[FileFormat, Callable[[Path, Table], AbstractContextManager[Write]]] = {
    "parquet": _parquet,
    "jsonl": _jsonl,
    "csv": _csv,
}


def safe_cell(value: Any) -> Any:
    """Put an apostrophe before a text that a spreadsheet would run as a formula; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_RUNS) else value


def plain_text(cell: str) -> str:
    """Take away the apostrophe that ``safe_cell`` put in front."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_RUNS) else cell


def _shortened(table: Table) -> Callable[[tuple[Any, ...]], list[Any]]:
    """Give a function that writes float32 columns with the fewest digits that read back as the same number."""
    import numpy as np

    single = [kind == "float32" for _, kind in table.columns]

    def shorten(row: tuple[Any, ...]) -> list[Any]:
        pairs = zip(row, single, strict=True)
        return [float(str(np.float32(value))) if is_single else value for value, is_single in pairs]

    return shorten
