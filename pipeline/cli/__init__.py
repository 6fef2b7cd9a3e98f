"""The door: one command is one call of the library.

A module of this folder adds its commands with ``register(app)`` and imports typer and the standard library only
at its top, so that ``themes --help`` stays fast.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from types import FrameType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pipeline.cli.ending import TERMINATED, InterruptError, PipeError, exit_code

__all__ = ["COMMANDS", "build_app", "main"]

# Modules of this folder, in the order of `themes --help`.
COMMANDS = (
    *("demo", "train", "evaluate", "tag", "explain", "paragraphs", "prevalence"),
    *("audit", "models", "distil", "labels", "config", "cache", "doctor"),
)


class _Group(TyperGroup):
    """The top level; hands on the two exceptions that Typer would answer by itself."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except KeyboardInterrupt as error:
            raise InterruptError from error
        except BrokenPipeError as error:
            raise PipeError from error
        return result


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"themes {version('themes')}")
        except PackageNotFoundError:
            typer.echo("themes, from a checkout that is not installed")
        raise typer.Exit


def _top(
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error; it may quote your articles.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """Tag every paragraph of article dumps with the themes of a codebook: offline, traceable."""


def build_app() -> typer.Typer:
    """Put the commands together."""
    app = typer.Typer(
        cls=_Group,
        rich_markup_mode=None,  # plain help: fast, and [key=value] is no markup
        no_args_is_help=True,
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
    words, debug = _take_debug(list(sys.argv[1:] if argv is None else argv))
    os.umask(0o077)  # what this program writes is for its user alone
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    before = _on_terminate(_terminate)
    try:
        code = build_app()(words, prog_name="themes", standalone_mode=False)
    except BaseException as error:
        if debug and not isinstance(error, SystemExit):
            import traceback

            traceback.print_exc()
        return exit_code(error)
    finally:
        _on_terminate(before)
    return code if isinstance(code, int) else 0


def _take_debug(words: list[str]) -> tuple[list[str], bool]:
    """Accept ``--debug`` at any place, since people add it at the end of the line that failed."""
    end = words.index("--") if "--" in words else len(words)
    return [word for word in words[:end] if word != "--debug"] + words[end:], "--debug" in words[:end]


def _terminate(number: int, frame: FrameType | None) -> None:
    raise SystemExit(TERMINATED)


def _on_terminate(handler: Any) -> Any:
    """Set who answers SIGTERM and give who did before; only the main thread may."""
    try:
        return signal.signal(signal.SIGTERM, handler)
    except (ValueError, TypeError):
        return None
