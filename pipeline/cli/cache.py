"""``themes cache info|clear``."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["register"]

_AS_JSON = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the door."""
    group = typer.Typer(no_args_is_help=True, help="Look at and empty the private cache of vectors.")
    group.command(epilog="Example: themes cache info")(info)
    group.command(epilog="Example: themes cache clear")(clear)
    app.add_typer(group, name="cache")


def info(as_json: _AS_JSON = False) -> None:
    """Say where the cache is, how many vectors it holds, how large it is and how large it may become."""
    from pipeline.cli.output import emit_json
    from pipeline.encoders.cache import VectorCache

    cache = VectorCache()
    found = {"folder": str(cache.folder), "vectors": cache.entries(), "bytes": cache.size(), "cap_bytes": cache.cap}
    if as_json:
        emit_json(found)
    else:
        size, most = cache.size() / 2**20, cache.cap / 2**20
        typer.echo(f"{cache.folder}: {found['vectors']} vectors, {size:.1f} of at most {most:,.0f} MiB")


def clear() -> None:
    """Delete every cached vector. Vectors can be turned back into text: clear them with the dump."""
    from pipeline.encoders.cache import VectorCache

    typer.echo(f"cleared {VectorCache().clear() / 2**20:.1f} MiB")
