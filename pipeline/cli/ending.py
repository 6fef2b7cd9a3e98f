"""How a command ends: its exit code, and what is said on stderr about an error."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Callable
from typing import Any

import typer

from pipeline.cli.output import printable
from pipeline.errors import (
    ConfigError,
    InternalError,
    MissingError,
    ThemesError,
    UsageError,
    WriteError,
)

__all__ = ["EXIT_CODES", "TERMINATED", "InterruptError", "PipeError", "exit_code"]

TERMINATED = 143
_INTERRUPTED, _PIPE, _MEMORY = 130, 141, 71

# Every exit code and its meaning; docs/errors.md holds the same table, and a test compares.
EXIT_CODES = {
    0: "Done; every row of the dump has its tags.",
    1: "`themes config diff --exit-code`: the two configurations differ.",
    3: "Done, but some rows were rejected; `rejected.jsonl` says which and why.",
    64: "The command was called in a way it does not know.",
    65: "Labels, a model bundle or finished output are not what they must be, or `themes models promote` refused.",
    66: "A named file, folder, package or model is not there or may not be read.",
    69: "The tracking server did not answer although it was asked for.",
    70: "A bug of ours: run again with `--debug` and report it.",
    71: "Out of memory.",
    73: "The output cannot be created here.",
    74: "Writing or reading failed half-way: disk full, quota, broken disk.",
    75: "Another run works on the same folder; try again later.",
    78: "A configuration or codebook is wrong; every problem was printed.",
    130: "Stopped by Ctrl-C.",
    141: "Whoever read the output stopped reading, as in `themes ... | head`.",
    143: "Stopped by SIGTERM.",
}

_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EFBIG)
_RIGHTS = (errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG)


class InterruptError(Exception):
    """Stands for KeyboardInterrupt, which Typer would turn into a bare exit code."""


class PipeError(Exception):
    """Stands for BrokenPipeError, which Typer would turn into exit code 1."""


def exit_code(error: BaseException) -> int:
    """Say on stderr what ended the command, and give its exit code."""
    for kinds, ending in _ENDINGS:
        if isinstance(error, kinds):
            return ending(error)
    return _bug(error)


def _exited(error: Any) -> int:
    if error.code == TERMINATED:
        typer.echo("stopped by SIGTERM; the same command starts again or resumes", err=True)
    if error.code is None or isinstance(error.code, int):
        return error.code or 0
    return _bug(error)


def _interrupted(error: Any) -> int:
    typer.echo("stopped by Ctrl-C; the same command starts again or resumes", err=True)
    return _INTERRUPTED


def _unread(error: Any) -> int:
    # nobody reads: without this the interpreter would complain again when it closes stdout
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return _PIPE


def _misused(error: Any) -> int:
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(error.format_message())
        return 0
    command = context.command_path if context else "themes"
    _fail(error.format_message(), f"{command} --help shows what it accepts")
    return UsageError.exit_code


def _wrong(error: Any) -> int:
    if isinstance(error, ConfigError):
        for problem in error.problems:
            _fail(problem)
    else:
        _fail(f"{error.place}: {error.problem}", error.remedy)
    return int(error.exit_code)


def _refused_by_system(error: Any) -> int:
    """Word an error of the disk or its rights; it holds a path but no article text."""
    place = f"{error.filename or 'reading or writing'}: {error.strerror}"
    if error.errno in _DISK:
        _fail(place, "free some space, then run the same command again")
        return WriteError.exit_code
    if error.errno in _RIGHTS and error.filename:
        _fail(place, "check the path and its rights")
        return MissingError.exit_code
    return _bug(error)


def _out_of_memory(error: Any) -> int:
    _fail("out of memory", "close other programs, or use a machine with more memory; then run it again")
    return _MEMORY


def _bug(error: BaseException) -> int:
    """Name the type alone: the message of a library may quote article text."""
    _fail(f"internal error: {type(error).__name__}", "run again with --debug and report it")
    return InternalError.exit_code


_ENDINGS: tuple[tuple[tuple[type[BaseException], ...], Callable[[Any], int]], ...] = (
    ((SystemExit,), _exited),
    ((InterruptError, KeyboardInterrupt, typer.Abort), _interrupted),
    ((PipeError, BrokenPipeError), _unread),
    ((typer.TyperException,), _misused),
    ((ThemesError,), _wrong),
    ((OSError,), _refused_by_system),
    ((MemoryError,), _out_of_memory),
)


def _fail(problem: str, remedy: str = "") -> None:
    colour = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    label = typer.style("error:", fg="red", bold=True) if colour else "error:"
    typer.echo(f"{label} {printable(problem)}", err=True)
    if remedy:
        typer.echo(f"  to mend: {printable(remedy)}", err=True)
