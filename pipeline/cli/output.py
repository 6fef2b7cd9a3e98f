"""What commands print: data on stdout, everything else on stderr; Rich is imported when first needed."""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import typer

from pipeline.progress import Progress

if TYPE_CHECKING:
    from rich.console import Console as RichConsole
    from rich.progress import TaskID

__all__ = ["emit_json", "printable", "progress_bars", "say", "show_table"]

_SPACE = re.compile("[\t\n\v\f\r\x85\u2028\u2029]+")
# control characters could drive the terminal; bidi ones could show text in another order than it has
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
_SECONDS_BETWEEN_LINES = 5.0
_WIDTH_WITHOUT_TERMINAL = 120


def printable(text: object) -> str:
    """Give text that is safe on a terminal: one line, control and invisible characters as U+FFFD."""
    return _HIDDEN.sub("\ufffd", _SPACE.sub(" ", str(text)))


def say(message: str) -> None:
    """Print one line for people, on stderr."""
    typer.echo(printable(message), err=True)


def emit_json(value: Any) -> None:
    """Print data as JSON on stdout, two spaces deep; text in any script stays readable."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def show_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()
) -> None:
    """Print a table on stdout.

    Parameters
    ----------
    title
        Stands above it.
    columns
        Their heads.
    rows
        Cells in the order of ``columns``; they are printed as they are, never as markup.
    right
        Columns that are set flush right, as numbers are.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    wide = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else _WIDTH_WITHOUT_TERMINAL
    table = Table(title=Text(printable(title)), title_justify="left", box=box.SIMPLE_HEAD)
    for column in columns:
        justify = "right" if column in right else "left"
        table.add_column(Text(printable(column)), justify=justify, overflow="fold")  # type: ignore[arg-type]
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    _console(wide).print(table)


def _console(width: int | None) -> RichConsole:
    """Give a console that leaves a broken pipe to the door; Rich would end the process with exit code 1."""
    from rich.console import Console

    class Piped(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return Piped(width=width, highlight=False)


@contextlib.contextmanager
def progress_bars() -> Iterator[Progress]:
    """Show how far long steps are, on stderr: bars on a terminal, else a line now and then."""
    if sys.stderr.isatty():
        with _bars() as progress:
            yield progress
        return
    lines = _Lines()
    try:
        yield lines
    finally:
        lines.close()


@contextlib.contextmanager
def _bars() -> Iterator[Progress]:
    from rich import progress as rich
    from rich.console import Console
    from rich.text import Text

    class Rate(rich.ProgressColumn):
        """Items a second."""

        def render(self, task: rich.Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:,.0f}/s" if speed else "")

    bars = rich.Progress(
        rich.TextColumn("{task.description}", markup=False),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        Rate(),
        rich.TimeRemainingColumn(elapsed_when_finished=True),
        console=Console(stderr=True),
    )
    tasks: dict[str, TaskID] = {}

    def progress(stage: str, done: int, total: int | None) -> None:
        if stage not in tasks:
            for task in bars.tasks:  # a stage of unknown length ends when the next begins: its bar stops pulsing
                bars.update(task.id, total=task.total or max(task.completed, 1), completed=task.completed or 1)
            tasks[stage] = bars.add_task(printable(stage), total=total)
        bars.update(tasks[stage], completed=done, total=total)

    with bars:
        yield progress


class _Lines:
    """Progress without a terminal: the first and the last state of every stage, and some between."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[float, str]] = {}
        self._latest: dict[str, str] = {}

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Note the state, and print it when it is time."""
        import time

        now = time.monotonic()
        self._latest[stage] = f"{printable(stage)} {done:,}" + (f"/{total:,}" if total is not None else "")
        last, _ = self._told.get(stage, (-math.inf, ""))
        if done == total or now - last >= _SECONDS_BETWEEN_LINES:
            self._print(stage, now)

    def _print(self, stage: str, now: float) -> None:
        line = self._latest[stage]
        if stage not in self._told or self._told[stage][1] != line:
            typer.echo(line, err=True)
        self._told[stage] = now, line

    def close(self) -> None:
        """Print the states that were noted and not printed."""
        for stage in self._latest:
            self._print(stage, 0.0)
