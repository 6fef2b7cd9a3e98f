"""From files and overrides to one checked configuration, in which every value knows where it came from.

Order of precedence, low to high: defaults of the schema, the file at the root of the ``extends:`` chain, the
files that extend it, the overrides ``section.key=value``. Mappings merge key by key; the rest replaces.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from pipeline.configuration.messages import describe, nearest, quoted
from pipeline.configuration.schema import Config
from pipeline.configuration.shipped import shipped
from pipeline.configuration.yaml import Document, KeyPath, Place, parse_strict, read_document
from pipeline.errors import ConfigError, MissingError
from pipeline.files import canonical_json
from pipeline.records import digest

__all__ = [
    "Loaded",
    "config_sha256",
    "dump_config",
    "find_config",
    "flatten",
    "load_config",
    "overridden",
    "portable_config",
    "read_strict",
]

Model = TypeVar("Model", bound=BaseModel)

_PATH_KEYS = ("codebook", "labels")
_EXTENDS = "extends"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A checked configuration with the history of its values.

    Parameters
    ----------
    path
        The file that was named (or the shipped one of that name).
    config
        The resolved values; ``codebook`` and ``labels`` are absolute paths.
    origins
        For every dotted key: ``FILE:LINE``, ``override KEY=VALUE`` or ``default``, in schema order.
    sha256
        Of ``portable_config(config)``.
    """

    path: Path
    config: Config
    origins: dict[str, str]
    sha256: str


def read_strict(path: Path, model: type[Model]) -> Model:
    """Read one strict YAML file into a schema.

    Raises
    ------
    MissingError
        When it is not there or may not be read.
    ConfigError
        With every problem, each with file, line, value and what is accepted.
    """
    problems: list[str] = []
    document = read_document(path, doubles=problems)
    try:
        read = model.model_validate(document.value)
    except ValidationError as error:
        raise ConfigError([*problems, *describe(error, model, document.places)]) from error
    if problems:
        raise ConfigError(problems)
    return read


def load_config(path: Path | str, overrides: Sequence[str] = ()) -> Loaded:
    """Read a configuration file, what it extends, and overrides.

    Parameters
    ----------
    path
        A file, or the name of a shipped configuration (``default``, ``configs/default.yaml``).
    overrides
        Texts ``section.key=value``; the value is read as strict YAML.

    Raises
    ------
    MissingError
        When there is no such file.
    ConfigError
        With every problem of files and overrides together.
    """
    found = find_config(Path(path))
    written, problems = _override_documents(overrides)
    try:
        merged = _merge([*_chain(found, doubles=problems), *written])
    except ConfigError as error:
        raise ConfigError([*error.problems, *problems]) from error
    config = _checked(merged, problems)
    return Loaded(found, config, _origins(config, merged.places), config_sha256(config))


def overridden(config: Config, overrides: Sequence[str]) -> Config:
    """Lay overrides over a checked configuration; raises ``ConfigError`` with every problem of them."""
    written, problems = _override_documents(overrides)
    return _checked(_merge([Document(dump_config(config), {}), *written]), problems)


def _checked(merged: Document, problems: list[str]) -> Config:
    try:
        config = Config.model_validate(merged.value)
    except ValidationError as error:
        told = describe(error, Config, merged.places, also=(_EXTENDS,))
        raise ConfigError([*told, *problems]) from error
    if problems:
        raise ConfigError(problems)
    return config


def dump_config(config: Config) -> dict[str, Any]:
    """Give the resolved values as plain data that JSON can hold, in the order of the schema."""
    return config.model_dump(mode="json")


def portable_config(config: Config) -> dict[str, Any]:
    """Give the values that make the model, the same on every machine.

    Without ``tracking`` and ``promotion``, which leave no trace in the model, and of ``codebook`` and ``labels``
    only the file names: their content has hashes of its own.
    """
    values = dump_config(config)
    del values["tracking"], values["promotion"]
    values["codebook"] = config.codebook.name
    values["labels"] = [path.name for path in config.labels]
    return values


def config_sha256(config: Config) -> str:
    """Hash what ``portable_config`` gives: 64 hex digits."""
    return digest(canonical_json(portable_config(config)))


def flatten(values: dict[str, Any], above: KeyPath = ()) -> dict[KeyPath, Any]:
    """List the leaves of nested mappings by their key path; lists and empty mappings are leaves."""
    leaves: dict[KeyPath, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict) and value:
            leaves |= flatten(value, (*above, key))
        else:
            leaves[(*above, key)] = value
    return leaves


def find_config(path: Path) -> Path:
    """Give the file that a name means: itself when it exists, else the shipped configuration of that name.

    Raises
    ------
    MissingError
        When neither exists; the message names the nearest shipped one.
    """
    with contextlib.suppress(OSError):  # a name too long for the disk
        if path.exists():
            return path
    names = sorted(file.name for file in shipped("configs").glob("*.yaml"))
    if (found := _shipped_config(path)) is not None:
        return found
    wanted = path.name if path.suffix in (".yaml", ".yml") else f"{path.name}.yaml"
    near = nearest(wanted, names)
    hint = f"did you mean {near!r}? " if near else ""
    raise MissingError(path, "no such file", f"{hint}name a file, or one that comes with themes: {', '.join(names)}")


def _shipped_config(path: Path) -> Path | None:
    """Give the shipped configuration that a bare name (``default``, ``configs/default.yaml``) means."""
    name = path.name if path.suffix in (".yaml", ".yml") else f"{path.name}.yaml"
    if path.parent not in (Path(), Path("configs")):
        return None
    return next((found for found in shipped("configs").glob("*.yaml") if found.name == name), None)


def _chain(path: Path, *, doubles: list[str]) -> list[Document]:
    """Read a file and all it extends, the root first, with paths resolved beside the file that names them."""
    documents = [read_document(path, doubles=doubles)]
    seen = [path]
    while (base := _base(documents[0], seen)) is not None:
        try:
            documents.insert(0, read_document(base.path, doubles=doubles))
        except MissingError as error:
            remedy = f"name a YAML file; the path counts from {seen[-1].parent}"
            raise ConfigError([f"{base.place}: {error.problem}, found {quoted(base.named)}; {remedy}"]) from error
        seen.append(base.path)
    return documents


@dataclass(frozen=True, slots=True)
class _Base:
    path: Path
    named: str
    place: str


def _base(document: Document, seen: list[Path]) -> _Base | None:
    """Take ``extends`` out of a document and find the file it names."""
    folder = seen[-1].parent
    _resolve_paths(document.value, folder)
    if _EXTENDS not in document.value:
        return None
    named = document.value.pop(_EXTENDS)
    place = f"{document.places[(_EXTENDS,)]}: {_EXTENDS}"
    if not isinstance(named, str) or not named:
        raise ConfigError([f"{place}: found {quoted(named)}; accepted: the path of one YAML file"])
    path = folder / named
    if not os.path.exists(path):  # noqa: PTH110 - Path.exists raises on a name that is too long for the disk
        path = _shipped_config(Path(named)) or path  # `extends: default.yaml` without a checkout
    if path.resolve() in [known.resolve() for known in seen]:
        circle = " -> ".join(str(step) for step in [*seen, path])
        raise ConfigError([f"{place}: files extend each other in a circle, found {circle}; remove one step"])
    return _Base(path, named, place)


def _resolve_paths(values: dict[str, Any], folder: Path) -> None:
    for key in _PATH_KEYS:
        value = values.get(key)
        if isinstance(value, str) and value:
            values[key] = str((folder / value).resolve())
        elif isinstance(value, list):
            values[key] = [str((folder / v).resolve()) if isinstance(v, str) and v else v for v in value]


def _override_documents(overrides: Iterable[str]) -> tuple[list[Document], list[str]]:
    documents: list[Document] = []
    problems: list[str] = []
    seen: set[KeyPath] = set()
    for override in overrides:
        name = f"override {override if len(override) <= 80 else override[:77] + '...'}"
        key, equals, text = override.partition("=")
        path: KeyPath = tuple(key.split("."))
        if not equals or not all(path):
            problems.append(f"{name}: not an override; write section.key=value, as head.C=4")
        elif path in seen:
            problems.append(f"{name}: key {key!r} is given twice; give it once")
        else:
            seen.add(path)
            try:
                documents.append(_nested(path, parse_strict(text, name=name, numbered=False)))
            except ConfigError as error:
                problems += error.problems
    return documents, problems


def _nested(path: KeyPath, inner: Document) -> Document:
    """Wrap the value of an override into the mappings of its key; paths count from the current folder."""
    value = inner.value
    for part in reversed(path):
        value = {part: value}
    _resolve_paths(value, Path.cwd())
    places = {(*path, *below): place for below, place in inner.places.items()}
    return Document(value, places)


def _merge(documents: list[Document]) -> Document:
    value: dict[str, Any] = {}
    places: dict[KeyPath, Place] = {}
    for document in documents:
        _lay_over(value, document.value, places, ())
        places |= document.places
    return Document(value, places)


def _lay_over(below: dict[str, Any], above: dict[str, Any], places: dict[KeyPath, Place], path: KeyPath) -> None:
    """Write ``above`` over ``below`` in place, and forget the places of what is replaced."""
    for key, value in above.items():
        here = (*path, key)
        if isinstance(value, dict) and isinstance(below.get(key, {}), dict):
            _lay_over(below.setdefault(key, {}), value, places, here)
            continue
        if key in below:
            for known in [known for known in places if known[: len(here)] == here]:
                del places[known]
        below[key] = value


def _origins(config: Config, places: dict[KeyPath, Place]) -> dict[str, str]:
    leaves = flatten(dump_config(config))
    return {".".join(map(str, leaf)): str(places.get(leaf, "default")) for leaf in leaves}
