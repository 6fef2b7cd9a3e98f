"""``themes config show|check|diff|schema``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pipeline.configuration.load import Loaded

__all__ = ["reference", "register"]

_CONFIG = Annotated[str, typer.Argument(help="Configuration file, or the name of a shipped one, as `default`.")]
_OVERRIDES = Annotated[list[str] | None, typer.Argument(metavar="KEY=VALUE", help="Overrides, as head.C=2.")]
_AS_JSON = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the door."""
    group = typer.Typer(no_args_is_help=True, help="Look at configurations, check and compare them.")
    group.command(epilog="Example: themes config show configs/quick.yaml head.C=2 --origin")(show)
    group.command(epilog="Example: themes config check configs/default.yaml configs/quick.yaml")(check)
    group.command(epilog="Example: themes config diff configs/default.yaml configs/quick.yaml")(diff)
    group.command(epilog="Example: themes config schema > config.schema.json")(schema)
    group.command(hidden=True, epilog="Example: themes config docs > docs/configuration.md")(docs)
    app.add_typer(group, name="config")


def show(
    config: _CONFIG,
    overrides: _OVERRIDES = None,
    origin: Annotated[bool, typer.Option("--origin", help="Say where each value was written.")] = False,
    as_json: _AS_JSON = False,
) -> None:
    """Print all values of a configuration: from the file, what it extends, overrides and defaults."""
    from pipeline.cli.output import emit_json
    from pipeline.configuration.load import dump_config, load_config

    loaded = load_config(config, overrides or [])
    if as_json:
        told: dict[str, Any] = {"config": dump_config(loaded.config), "sha256": loaded.sha256}
        emit_json(told | ({"origins": loaded.origins} if origin else {}))
    else:
        typer.echo("\n".join(_yaml_lines(loaded, origin=origin)))


def _yaml_lines(loaded: Loaded, *, origin: bool) -> list[str]:
    """Write the resolved values as YAML that reads back as the same configuration."""
    import json

    from pipeline.cli.output import printable
    from pipeline.configuration.load import dump_config, flatten

    lines: list[str] = []
    above: tuple[str | int, ...] = ()
    for path, value in flatten(dump_config(loaded.config)).items():
        for depth, section in enumerate(path[:-1]):
            if path[: depth + 1] != above[: depth + 1]:
                lines.append(f"{'  ' * depth}{_word(section)}:")
        above = path[:-1]
        shown = _word(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        line = f"{'  ' * len(above)}{_word(path[-1])}: {shown}"
        place = loaded.origins[".".join(map(str, path))]
        lines.append(f"{line:<60}  # {printable(place)}" if origin else line)
    return lines


def _word(text: object) -> str:
    """Write text without quotes where YAML lets it stand, else as a JSON string, which YAML reads too."""
    import json
    import re

    word = str(text)
    plain = re.fullmatch(r"[A-Za-z0-9_./][\w./:@+-]*", word) and not word.endswith(":")
    return word if plain and word not in ("null", "Null", "NULL") else json.dumps(word, ensure_ascii=False)


def check(
    configs: Annotated[list[str], typer.Argument(help="Configuration files; KEY=VALUE overrides count for all.")],
    as_json: _AS_JSON = False,
) -> None:
    """Check configurations, their codebooks and that their labels are there; print every problem."""
    from pipeline.cli.output import emit_json
    from pipeline.configuration.load import load_config
    from pipeline.errors import ConfigError, UsageError

    files = [word for word in configs if "=" not in word or Path(word).exists()]
    overrides = [word for word in configs if word not in files]
    if not files:
        raise UsageError("themes config check", "no file is named", "themes config check configs/default.yaml")
    problems: list[str] = []
    told = []
    for file in files:
        try:
            loaded = load_config(file, overrides)
            problems += _missing(loaded)
            told.append({"config": file, "name": loaded.config.name, "sha256": loaded.sha256})
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))
    if as_json:
        emit_json(told)
    else:
        for one in told:
            typer.echo(f"ok: {one['config']} (model {one['name']}, sha256 {one['sha256'][:16]})")


def _missing(loaded: Loaded) -> list[str]:
    """Find label paths that are not there, and what is wrong with the codebook."""
    from pipeline.errors import ConfigError, MissingError
    from pipeline.labels.codebook import read_codebook

    problems = [
        f"{loaded.origins['labels']}: labels: no such file or folder, found {str(path)!r}; name another"
        for path in loaded.config.labels
        if not path.exists()
    ]
    try:
        read_codebook(loaded.config.codebook)
    except MissingError as error:
        place = loaded.origins["codebook"]
        problems.append(f"{place}: codebook: {error.problem}, found {error.place!r}; {error.remedy}")
    except ConfigError as error:
        problems += error.problems
    return problems


def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="Configuration file.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Configuration file.")],
    overrides: Annotated[
        list[str] | None, typer.Argument(metavar="KEY=VALUE", help="Overrides of B, as head.C=2.")
    ] = None,
    as_json: _AS_JSON = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 when they differ.")] = False,
) -> None:
    """Show the keys in which two configurations differ, with both values and where they were written."""
    import json

    from pipeline.cli.output import emit_json, say, show_table
    from pipeline.configuration.load import load_config

    differences = _differences(load_config(first), load_config(second, overrides or []))
    if as_json:
        emit_json(differences)
    elif differences:
        columns = ["key", "A", "B", "A from", "B from"]
        rows = [
            [value if isinstance(value, str) else json.dumps(value) for value in one.values()] for one in differences
        ]
        show_table(f"A {first}, B {second}", columns, rows)
    else:
        say("no difference")
    if exit_code and differences:
        raise typer.Exit(1)


def _differences(first: Loaded, second: Loaded) -> list[dict[str, Any]]:
    from pipeline.configuration.load import dump_config, flatten

    sides = [{".".join(map(str, k)): v for k, v in flatten(dump_config(x.config)).items()} for x in (first, second)]
    one, two = sides
    return [
        {
            "key": key,
            "a": one.get(key),
            "b": two.get(key),
            "origin_a": first.origins.get(key, ""),
            "origin_b": second.origins.get(key, ""),
        }
        for key in dict.fromkeys([*one, *two])
        if one.get(key) != two.get(key)
    ]


def schema() -> None:
    """Print the JSON schema of configuration files, for editors."""
    from pipeline.cli.output import emit_json
    from pipeline.configuration.schema import Config

    made = Config.model_json_schema()
    extends = {"type": "string", "description": "Another configuration that this one changes."}
    made["properties"] = {"extends": extends} | made["properties"]
    del made["required"]  # may stand in the file that is extended
    emit_json(made)


def docs() -> None:
    """Print docs/configuration.md, made from the schema."""
    typer.echo(reference(), nl=False)


def reference() -> str:
    """Write the reference of all keys as Markdown."""
    from pydantic import BaseModel

    from pipeline.configuration.messages import fields_below
    from pipeline.configuration.schema import Config

    parts = [_INTRODUCTION.rstrip(), "", Config.__doc__ or "", "", *_TABLE_HEAD]
    for path, field in fields_below(Config):
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            meaning = " ".join((field.annotation.__doc__ or "").split())
            parts += ["", f"## {path[-1]}", "", meaning, "", *_TABLE_HEAD]
        else:
            parts.append(_row(".".join(map(str, path)), field))
    return "\n".join(parts) + "\n"


def _row(key: str, field: Any) -> str:
    import json

    from pipeline.configuration.messages import accepted

    default = field.get_default(call_default_factory=True)
    shown = "required" if field.is_required() else f"`{default if isinstance(default, str) else json.dumps(default)}`"
    cells = [f"`{key}`", accepted(field), shown, field.description or ""]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


_TABLE_HEAD = ["| Key | Accepted | Default | Meaning |", "|---|---|---|---|"]

_INTRODUCTION = """\
# Configuration

<!-- Made by `themes config docs > docs/configuration.md` from pipeline/config.py; a test compares. -->

One YAML file is one reproducible model. `themes config check FILE` finds every problem before anything runs,
`themes config show FILE --origin` prints every value and where it was written, and `themes config diff A B`
compares two files.

- `extends: other.yaml` takes all values of another file (its path counts from this file) and changes what
  stands here: mappings merge key by key, lists and single values replace.
- `KEY=VALUE` after the file on the command line overrides both: `themes train configs/default.yaml head.C=2`.
  The value is YAML: `labels=[a.jsonl, b.jsonl]`, `ingest.fields={text: story}`.
- Paths in `codebook` and `labels` count from the file that names them; in an override, from the current
  folder.
- The YAML is read strictly. Values are text until the schema makes numbers of them, so `no`, `012` and `1e-3`
  are never changed on the way. Refused, with file and line: keys that are not known or stand twice, anchors,
  aliases, merge keys, tags, several documents, more than 20 levels or 256 KiB.

## Top level
"""
