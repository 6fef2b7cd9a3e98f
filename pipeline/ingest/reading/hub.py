"""Data sets of a Hugging Face hub, named ``hf:ID[@REVISION][:SPLIT]``."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.errors import MissingError, UsageError
from pipeline.ingest.reading.discover import HUB
from pipeline.ingest.reading.refusal import Refusal
from pipeline.ingest.reading.rows import BadRow, Row, Seen
from pipeline.offline import quiet
from pipeline.records import RejectCode

__all__ = ["HubName", "read_hub", "read_hub_name"]

_NAME = re.compile(r"hf:(?P<id>[^@:\s]+)(?:@(?P<revision>[^:\s]+))?(?::(?P<split>[^:\s]+))?")


@dataclass(frozen=True, slots=True)
class HubName:
    """The parts of ``hf:ID[@REVISION][:SPLIT]``; without a split all splits are read, in order of name."""

    id: str
    revision: str | None
    split: str | None


def read_hub_name(name: str) -> HubName:
    """Take a hub name apart.

    Raises
    ------
    UsageError
        When it is not of the form ``hf:ID[@REVISION][:SPLIT]``.
    """
    match = _NAME.fullmatch(name)
    if not match:
        raise UsageError(
            name, "not the name of a data set on a hub", f"write {HUB}ID, {HUB}ID@REVISION or {HUB}ID:SPLIT"
        )
    return HubName(match["id"], match["revision"], match["split"])


def read_hub(name: str, *, wants: Callable[[str], bool], seen: Seen) -> Iterator[Row | BadRow]:
    """Stream the rows of a data set on a hub; nothing of it stays on this machine.

    Rows are counted through all splits. When the connection breaks off, the rows so far are kept and the rest
    is one bad row.

    Raises
    ------
    MissingError
        When the hub cannot be reached or does not have it.
    """
    wanted = read_hub_name(name)
    with tempfile.TemporaryDirectory(prefix="themes-hub-") as private:
        number = 0
        for rows in _open(wanted, name, private):
            source = iter(rows)
            while True:
                try:
                    values = next(source, None)
                except Exception as error:  # whatever the network or a decoder raises
                    seen(1)
                    yield BadRow(number + 1, -1, _broken_off(number + 1, error))
                    return
                if values is None:
                    break
                number += 1
                seen(1)
                yield Row(number, -1, {k: v for k, v in values.items() if wants(k)}, None, "utf-8", list(values))


def _open(wanted: HubName, name: str, private: str) -> list[Any]:
    quiet(hub=True)
    import datasets

    try:
        found = datasets.load_dataset(
            wanted.id, revision=wanted.revision, split=wanted.split, streaming=True, cache_dir=private
        )
    except Exception as error:  # the hub client has a dozen kinds of its own
        raise MissingError(
            name,
            f"this data set cannot be opened ({type(error).__name__})",
            "check the name and the network, or save it with save_to_disk and name the folder",
        ) from error
    return [found] if wanted.split else [found[split] for split in sorted(found)]


def _broken_off(number: int, error: Exception) -> Refusal:
    return Refusal(
        RejectCode.DATASET,
        f"from row {number} on the data set cannot be read ({type(error).__name__})",
        "check the network, then run the same command again",
    )
