"""YAML read strictly: every scalar is text, every value knows its line, and nothing clever is accepted.

PyYAML reads an unquoted ``no`` as False, ``012`` as 10 and ``1:30`` as 90, lets the last of two keys win,
and expands aliases until memory ends. Here scalars stay text (an empty one, ``null`` and ``~`` are None), and
duplicate keys, anchors, aliases, merge keys and tags are refused with their place. The schema then turns text
into numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from yaml import SafeLoader, YAMLError, events, parse
from yaml.error import MarkedYAMLError
from yaml.reader import ReaderError

from pipeline.errors import ConfigError, MissingError

__all__ = ["MAX_BYTES", "MAX_DEPTH", "Document", "KeyPath", "Place", "parse_strict", "read_document"]

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20

KeyPath = tuple[str | int, ...]
_NOTHING = ("", "~", "null", "Null", "NULL")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_HINTS = (
    (
        "mapping values are not allowed",
        "put the value in quotes if it holds a colon, or check the indentation",
    ),
    ("cannot start any token", "indent with spaces, and put values that start with @, ` or % in quotes"),
    ("could not find expected ':'", "write `key: value`, one to a line"),
    ("expected <block end>", "check the indentation of this line against the lines above"),
    ("quoted scalar", "close the quotes"),
    ("expected ',' or", "close the bracket, and put values that hold brackets or commas in quotes"),
)


class _Mark(Protocol):
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was written.

    Parameters
    ----------
    name
        The file, or ``override KEY=VALUE``.
    line, column
        1-based; both 0 in overrides, which have one line.
    """

    name: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Give ``FILE:LINE``, as origins and messages show it."""
        return f"{self.name}:{self.line}" if self.line else self.name

    @property
    def exact(self) -> str:
        """The place with its column, ``FILE:LINE:COLUMN``."""
        return f"{self}:{self.column}" if self.line else self.name


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML value and where its parts stand.

    Parameters
    ----------
    value
        Dicts, lists, text and None.
    places
        Of every key (or list element), by the keys and indices that lead to it; ``()`` is the whole.
    """

    value: Any
    places: dict[KeyPath, Place]


def read_document(path: Path, *, doubles: list[str] | None = None) -> Document:
    """Read a YAML file whose root is a mapping.

    Parameters
    ----------
    doubles
        As in ``parse_strict``.

    Raises
    ------
    MissingError
        When it is not there, not a regular file, or may not be read.
    ConfigError
        With every problem, each with file, line and column.
    """
    try:
        if not path.is_file():
            problem = "not a regular file" if path.exists() else "no such file"
            raise MissingError(path, problem, "name a YAML file that exists")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise MissingError(path, f"cannot be read ({error.strerror})", "make it readable for you") from error
    document = parse_strict(raw, name=str(path), doubles=doubles)
    if not isinstance(document.value, dict):
        raise ConfigError([f"{path}:1: found {_kind(document.value)}; accepted: a mapping of `key: value` lines"])
    return document


def parse_strict(raw: bytes | str, *, name: str, numbered: bool = True, doubles: list[str] | None = None) -> Document:
    """Parse one strict YAML document of any kind.

    Parameters
    ----------
    raw
        At most 256 KiB of UTF-8 (a byte order mark is allowed).
    name
        What the text is called in messages.
    numbered
        Whether places carry lines and columns.
    doubles
        Gets the messages of keys that stand twice, so that the caller can tell them together with what is wrong
        with the values; without it they are raised like any other problem.

    Raises
    ------
    ConfigError
        With every problem found; a syntax error ends the search.
    """
    text = _decode(raw, name=name)
    builder = _Builder(name=name, numbered=numbered)
    try:
        builder.build(parse(text, Loader=SafeLoader))
    except YAMLError as error:
        builder.problems.append(_syntax(error, text, name=name, numbered=numbered))
    except _TooDeepError as error:
        builder.refuse(error.mark, "too deep", f"accepted: at most {MAX_DEPTH} levels")
    if builder.problems or (builder.doubles and doubles is None):
        raise ConfigError([*builder.problems, *builder.doubles])
    if doubles is not None:
        doubles += builder.doubles
    return Document(builder.value, builder.places)


def _decode(raw: bytes | str, *, name: str) -> str:
    size = len(raw)
    if size > MAX_BYTES:
        raise ConfigError([f"{name}: larger than {MAX_BYTES // 1024} KiB; accepted: a smaller file"])
    if isinstance(raw, str):
        return raw
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        value = f"byte 0x{raw[error.start]:02x}"
        raise ConfigError([f"{name}:{line}:{column}: not UTF-8, found {value}; save the file as UTF-8"]) from error


def _syntax(error: YAMLError, text: str, *, name: str, numbered: bool) -> str:
    """Word a syntax error of PyYAML with its place and what to do."""
    line = column = 1
    problem = "not YAML"
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        column = error.position - (text.rfind("\n", 0, error.position) + 1) + 1
        problem = f"a character that YAML does not allow, found U+{ord(text[error.position]):04X}"
    elif isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = f"not YAML: {error.problem or error.context}"
    place = Place(name, line, column) if numbered else Place(name)
    told = f"{problem} {getattr(error, 'context', None) or ''}"
    hint = next((hint for sign, hint in _HINTS if sign in told), "check quotes, colons and indentation here")
    return f"{place.exact}: {problem}; {hint}"


class _TooDeepError(Exception):
    def __init__(self, mark: _Mark | None) -> None:
        self.mark = mark


@dataclass
class _Builder:
    """Makes a value of parser events, and collects what it refuses on the way."""

    name: str
    numbered: bool
    value: Any = None
    places: dict[KeyPath, Place] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    doubles: list[str] = field(default_factory=list)

    def place(self, mark: _Mark | None) -> Place:
        return Place(self.name, mark.line + 1, mark.column + 1) if mark and self.numbered else Place(self.name)

    def refuse(self, mark: _Mark | None, problem: str, remedy: str) -> None:
        self.problems.append(f"{self.place(mark).exact}: {problem}; {remedy}")

    def build(self, stream: Iterator[events.Event]) -> None:
        documents = 0
        self.places[()] = Place(self.name, 1, 1) if self.numbered else Place(self.name)
        for event in stream:
            if isinstance(event, events.NodeEvent):
                self.value = self.node(event, stream, ())
            elif isinstance(event, events.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.refuse(event.start_mark, "a second document starts here", "keep one document to a file")
                    return

    def node(self, event: events.Event, stream: Iterator[events.Event], path: KeyPath) -> Any:
        if len(path) >= MAX_DEPTH and isinstance(event, events.CollectionStartEvent):
            raise _TooDeepError(event.start_mark)
        self.refuse_cleverness(event)
        if isinstance(event, events.MappingStartEvent):
            return self.mapping(stream, path)
        if isinstance(event, events.SequenceStartEvent):
            return self.sequence(stream, path)
        return self.scalar(event) if isinstance(event, events.ScalarEvent) else None

    def refuse_cleverness(self, event: events.Event) -> None:
        mark = event.start_mark
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, events.AliasEvent):
            self.refuse(mark, f"aliases are refused, found '*{anchor}'", "write the value out")
        elif anchor is not None:
            self.refuse(mark, f"anchors are refused, found '&{anchor}'", "remove it and write values out")
        if tag is not None:
            self.refuse(mark, f"tags are refused, found {_quote(tag)}", "remove it; put text in quotes")

    def scalar(self, event: events.ScalarEvent) -> str | None:
        text = str(event.value)
        if event.style is None and text in _NOTHING:
            return None
        if bad := _CONTROL.search(text):
            code = f"U+{ord(bad[0]):04X}"
            self.refuse(event.start_mark, f"control characters are refused, found {code}", "remove it")
        return text

    def sequence(self, stream: Iterator[events.Event], path: KeyPath) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := next(stream), events.SequenceEndEvent):
            here = (*path, len(values))
            self.places[here] = self.place(event.start_mark)
            values.append(self.node(event, stream, here))
        return values

    def mapping(self, stream: Iterator[events.Event], path: KeyPath) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := next(stream), events.MappingEndEvent):
            key = self.key(event, stream, path)
            if key in values:
                first = self.places[(*path, key)]
                here = self.place(event.start_mark).exact
                self.doubles.append(f"{here}: key {_quote(key)} stands twice (first at {first}); keep one of the two")
            below = (*path, key)
            self.places.setdefault(below, self.place(event.start_mark))
            values[key] = self.node(next(stream), stream, below)
        return values

    def key(self, event: events.Event, stream: Iterator[events.Event], path: KeyPath) -> str:
        value = self.node(event, stream, (*path, ""))
        if isinstance(event, events.ScalarEvent) and event.style is None and value == "<<":
            self.refuse(event.start_mark, "merge keys are refused, found '<<'", "write the keys out, or use extends")
        if isinstance(value, str):
            return value
        self.refuse(event.start_mark, f"a key must be text, found {_kind(value)}", "put the key in quotes")
        return ""


def _quote(value: str) -> str:
    return repr(value if len(value) <= 60 else value[:57] + "...")


def _kind(value: object) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return "nothing" if value is None else "one value"
