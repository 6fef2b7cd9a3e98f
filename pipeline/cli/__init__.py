"""The door: one command is one call of the library; here are exit codes, signals and the words of errors.

A module of this folder adds its commands with ``register(app)`` and imports only typer and the standard library at
its top, so that ``themes --help`` stays fast.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from types import FrameType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pipeline.cli.output import printable
from pipeline.errors import ConfigError, ThemesError, UsageError, WriteError

__all__ = ["COMMANDS", "EXIT_CODES", "build_app", "main"]

# Modules of this folder, in the order of `themes --help`.
COMMANDS = ("train", "models", "config", "labels", "cache")

EXIT_CODES = {
    0: "Done; every row of the dump has its tags.",
    1: "`themes config diff --exit-code`: the two configurations differ.",
    3: "Done, but some rows were rejected; `rejected.jsonl` says which and why.",
    64: "The command was called in a way it does not know.",
    65: "Labels, a model bundle or finished output are not what they must be.",
    66: "A named file, folder, package or model is not there or may not be read.",
    69: "The tracking server did not answer although `tracking.required` is true.",
    70: "A bug of ours: run again with `--debug` and report it.",
    71: "Out of memory.",
    73: "The output cannot be created here.",
    74: "Writing or reading failed half-way: disk full, quota, broken disk.",
    75: "Another run works on the same folder; try again later.",
    78: "A configuration or codebook is wrong; every problem was printed.",
    130: "Stopped by Ctrl-C.",
    141: "Whoever read the output stopped reading (as `themes ... | head`).",
    143: "Stopped by SIGTERM.",
}

_INTERNAL, _MEMORY, _INTERRUPT, _PIPE, _TERMINATED = 70, 71, 130, 141, 143
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EFBIG)


class _InterruptError(Exception):
    """Stands for KeyboardInterrupt, which Typer would turn into a bare exit code."""


class _PipeError(Exception):
    """Stands for BrokenPipeError, which Typer would turn into exit code 1."""


class _Group(TyperGroup):
    """The top level; hands on the two exceptions that Typer would answer by itself."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except KeyboardInterrupt as error:
            raise _InterruptError from error
        except BrokenPipeError as error:
            raise _PipeError from error
        return result


def _top(
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error; it may quote your articles.")
    ] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Tag every paragraph of article dumps with the themes of a codebook: offline, traceable."""


def build_app() -> typer.Typer:
    """Put the commands together."""
    app = typer.Typer(
        cls=_Group,
        rich_markup_mode=None,  # plain help: fast, and [key=value] is no markup
        no_args_is_help=True,
        epilog="Example: themes demo",
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback(epilog="Example: themes demo")(_top)
    for name in COMMANDS:
        import_module(f"pipeline.cli.{name}").register(app)
    return app


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``themes`` with these words (default: those of the process) and give the exit code.

    Everything that a command raises ends here, as one or more lines on stderr; see docs/errors.md.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    end = words.index("--") if "--" in words else len(words)
    debug = "--debug" in words[:end]
    words = [word for word in words[:end] if word != "--debug"] + words[end:]
    os.umask(0o077)  # what this program writes is for its user alone
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    before = _on_terminate(_terminate)
    try:
        return _run(words)
    except BaseException as error:
        if debug and not isinstance(error, SystemExit):
            import traceback

            traceback.print_exc()
        return _exit_code(error)
    finally:
        _on_terminate(before)


def _run(words: list[str]) -> int:
    if words == ["--version"]:
        from importlib.metadata import version

        typer.echo(f"themes {version('themes')}")
        return 0
    code = build_app()(words, prog_name="themes", standalone_mode=False)
    return code if isinstance(code, int) else 0


def _exit_code(error: BaseException) -> int:
    """Say on stderr what ended the command, and give its exit code."""
    if isinstance(error, SystemExit):
        if error.code == _TERMINATED:
            _tell("stopped by SIGTERM; the same command starts again or resumes")
        return error.code if isinstance(error.code, int) else 0 if error.code is None else _INTERNAL
    if isinstance(error, _InterruptError | KeyboardInterrupt | typer.Abort):
        _tell("stopped by Ctrl-C; the same command starts again or resumes")
        return _INTERRUPT
    if isinstance(error, _PipeError | BrokenPipeError):
        # nobody reads: without this, the interpreter would complain again when it closes stdout
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE
    if isinstance(error, typer.TyperException):
        return _misused(error)
    if isinstance(error, ThemesError):
        return _themes_error(error)
    if isinstance(error, OSError):
        return _system_error(error)
    if isinstance(error, MemoryError):
        _fail("out of memory", "close other programs, or use a machine with more memory; then run it again")
        return _MEMORY
    # never the message: a library's may quote article text
    _fail(f"internal error: {type(error).__name__}", "run again with --debug and report it")
    return _INTERNAL


def _themes_error(error: ThemesError) -> int:
    if isinstance(error, ConfigError):
        for problem in error.problems:
            _fail(problem)
    else:
        _fail(f"{error.place}: {error.problem}", error.remedy)
    return error.exit_code


def _misused(error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "themes"
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(error.format_message())
        return 0
    _fail(error.format_message(), f"{command} --help shows what it accepts")
    return UsageError.exit_code


def _system_error(error: OSError) -> int:
    """Word an error of the disk or its rights, which holds a path but no article text."""
    place = str(error.filename or "reading or writing")
    if error.errno in _DISK:
        _fail(f"{place}: {error.strerror}", "free some space, then run the same command again")
        return WriteError.exit_code
    if error.errno in (errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR, errno.EISDIR):
        _fail(f"{place}: {error.strerror}", "check the path and its rights")
        return 66
    _fail(f"internal error: {type(error).__name__}", "run again with --debug and report it")
    return _INTERNAL


def _fail(problem: str, remedy: str = "") -> None:
    label = "error:"
    if sys.stderr.isatty() and not os.environ.get("NO_COLOR"):
        label = "\x1b[1;31merror:\x1b[0m"
    print(label, printable(problem), file=sys.stderr)
    if remedy:
        print("  to mend:", printable(remedy), file=sys.stderr)


def _tell(message: str) -> None:
    print(message, file=sys.stderr)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise SystemExit(_TERMINATED)


def _on_terminate(handler: Any) -> Callable[..., Any] | int | None:
    """Set who answers SIGTERM and give who did before; only the main thread may."""
    try:
        return signal.signal(signal.SIGTERM, handler)
    except ValueError:
        return None
