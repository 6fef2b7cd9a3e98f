"""Work that goes on in a thread of its own: reading ahead of the encoder, writing behind it.

Order never changes, no more than a few pieces are held at a time, and an error comes out in the main thread
as what it is, where the piece it belongs to is asked for or the next one is handed over.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from types import TracebackType
from typing import Generic, Self, TypeVar

__all__ = ["Behind", "reading_ahead"]

_T = TypeVar("_T")
_END = object()


def reading_ahead(items: Generator[_T], *, stop: Event, pieces: int = 2) -> Generator[_T]:
    """Give the items of a generator that runs in another thread, up to ``pieces`` ahead.

    Parameters
    ----------
    items
        Begun, continued and closed in that thread alone.
    stop
        Set when this generator is closed early: ``items`` should look at it where it works long.
    pieces
        How many items wait at most.

    Raises
    ------
    BaseException
        Whatever ``items`` raises, after the items before.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="themes-read") as reader:
        waiting: deque[Future[object]] = deque(reader.submit(next, items, _END) for _ in range(pieces))
        try:
            while (item := waiting.popleft().result()) is not _END:
                waiting.append(reader.submit(next, items, _END))
                yield item  # type: ignore[misc]
        finally:
            stop.set()
            for future in waiting:
                future.cancel()
            reader.submit(items.close).result()


class Behind(Generic[_T]):
    """Does one piece of work after another in another thread; handing one over waits for the one before.

    As a context manager it waits for the last piece; when the block ends with an error, that one is told, and
    what was handed over is still done.

    Parameters
    ----------
    work
        Called with one piece at a time.
    """

    def __init__(self, work: Callable[[_T], None]) -> None:
        self._work = work
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="themes-write")
        self._last: Future[None] | None = None

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the last piece, and raise what it raised unless there is an error already."""
        self._writer.shutdown(wait=True)
        if kind is None:
            self.wait()

    def add(self, piece: _T) -> None:
        """Hand over a piece; raises what the piece before raised, and then does nothing with this one."""
        self.wait()
        self._last = self._writer.submit(self._work, piece)

    def wait(self) -> None:
        """Wait until everything that was handed over is done."""
        if self._last is not None:
            self._last.result()
