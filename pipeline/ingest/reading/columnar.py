"""Parquet and Arrow files, in batches, with only the columns that could mean something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, Any

from pipeline.ingest.reading.refusal import Refusal
from pipeline.ingest.reading.rows import BadRow, Row, Seen
from pipeline.records import RejectCode

__all__ = ["read_arrow", "read_parquet"]

_BATCH = 64
_Wants = Callable[[str], bool]


def read_parquet(file: IO[bytes], *, wants: _Wants, seen: Seen) -> Iterator[Row | BadRow]:
    """Give the rows of a Parquet file; where it is damaged, the rows before the damage, then one bad row.

    Parameters
    ----------
    file
        Open and seekable.
    wants
        Tells whether a column could mean something; the others are not read.
    seen
        Called with the number of rows of each batch, and once for the damage.

    Raises
    ------
    Refusal
        ``PARQUET`` when the file cannot be opened at all.
    """
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(file, pre_buffer=False, page_checksum_verification=True)
        names = list(table.schema_arrow.names)
        total = table.metadata.num_rows
        batches = table.iter_batches(batch_size=_BATCH, columns=_columns(names, wants), use_threads=False)
    except Exception as error:  # pyarrow raises at least four kinds for damaged files
        raise _damaged("the file cannot be opened", error) from error
    yield from _read(batches, names=names, total=total, seen=seen)


def read_arrow(file: IO[bytes], *, wants: _Wants, seen: Seen) -> Iterator[Row | BadRow]:
    """Give the rows of an Arrow file or stream, as Hugging Face ``datasets`` saves them.

    Raises
    ------
    Refusal
        ``PARQUET`` when the file cannot be opened at all.
    """
    import pyarrow as pa

    try:
        if file.read(6) == b"ARROW1":
            opened = pa.ipc.open_file(file)
            batches = (opened.get_batch(i) for i in range(opened.num_record_batches))
        else:
            file.seek(0)
            opened = pa.ipc.open_stream(file)
            batches = iter(opened)
        names = list(opened.schema.names)
    except Exception as error:  # as above
        raise _damaged("the file cannot be opened", error) from error
    keep = _columns(names, wants)
    narrow = (piece for batch in batches for piece in _sliced(batch.select(keep)))
    yield from _read(narrow, names=names, total=None, seen=seen)


def _columns(names: list[str], wants: _Wants) -> list[str]:
    # A name that stands twice cannot be selected by name; the first column keeps the row count.
    found = [name for name in names if wants(name) and names.count(name) == 1]
    return found or [name for name in names if names.count(name) == 1][:1]


def _sliced(batch: Any) -> Iterator[Any]:
    """Cut what may be a whole table into batches, after one check of its offsets and letters."""
    batch.validate(full=True)
    for start in range(0, batch.num_rows, _BATCH):
        yield batch.slice(start, _BATCH)


def _read(batches: Iterator[Any], *, names: list[str], total: int | None, seen: Seen) -> Iterator[Row | BadRow]:
    done = 0
    while True:
        try:
            batch = next(batches, None)
        except Exception as error:  # as above
            seen(1)
            rest = f"rows {done + 1} to {total} cannot be read" if total else f"row {done + 1} on cannot be read"
            yield BadRow(done + 1, -1, _damaged(rest, error))
            return
        if batch is None:
            return
        seen(batch.num_rows)
        for index in range(batch.num_rows):
            done += 1
            yield _row(batch, index, done, names)


def _row(batch: Any, index: int, number: int, names: list[str]) -> Row | BadRow:
    values: dict[str, object] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            values[name] = column[index].as_py()
        except Exception as error:  # bytes that are no UTF-8, dates before the year 1
            return BadRow(number, -1, _damaged(f"column '{name[:40]}' cannot be read", error))
    return Row(number, -1, values, None, "utf-8", names)


def _damaged(problem: str, error: Exception) -> Refusal:
    # The library's own words may quote cells: only the kind of error is told.
    return Refusal(RejectCode.PARQUET, f"{problem} ({type(error).__name__})", "get the file again, or write it again")
