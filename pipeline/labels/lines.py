"""One line of a label file: one paragraph, judged by one coder."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from pipeline.configuration.messages import nearest
from pipeline.labels.codebook import Codebook
from pipeline.labels.problem import Level, Problem

__all__ = ["MAX_CHARS", "Answer", "Judged", "read_line"]

MAX_CHARS = 20_000
"""Longest text of a judged paragraph; longer paragraphs are cut by ingest too."""

_JOINERS = "\u200c\u200d"  # join or part letters in Persian, Arabic and Indic scripts: part of the spelling
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_SHOWN = 60


class Answer(StrEnum):
    """What a coder said about one theme. A theme that was not asked has no answer."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Judged:
    """A paragraph and what one coder said about it.

    Parameters
    ----------
    id
        Of the paragraph, shared by all coders who judged it.
    article, story
        Articles that tell the same story share it; the article itself where nothing else was said.
    paragraph
        1-based place in the article.
    text
        What was judged.
    coder
        Who judged.
    codebook
        Version of the codebook that was used.
    judgements
        Answer per theme; a theme that is missing was not asked.
    set, topic_source
        Where the paragraph comes from; may be empty.
    place
        ``file:line``.
    """

    id: str
    article: str
    story: str
    paragraph: int
    text: str
    coder: str
    codebook: str
    judgements: Mapping[str, Answer]
    set: str
    topic_source: str
    place: str


_Name = Annotated[str, Field(min_length=1, max_length=200)]


class _Line(BaseModel):
    """What a person may write in a line."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: _Name
    article: _Name
    story: _Name | None = None
    paragraph: int = Field(ge=1)
    text: str = Field(min_length=1, max_length=MAX_CHARS, pattern=r"\S")
    coder: _Name
    codebook: _Name
    judgements: dict[str, str]
    set: str = ""
    topic_source: str = ""
    # the neighbours that a coder saw beside the text: not judged, never trained on
    before: str = ""
    after: str = ""


def read_line(raw: bytes, *, place: str, codebook: Codebook) -> tuple[Judged | None, list[Problem]]:
    """Read one line.

    Returns
    -------
    tuple of Judged or None, and list of Problem
        None when the line has an error; then at least one problem has ``Level.ERROR``.
    """
    try:
        row, repeated = _parse(raw)
    except UnicodeDecodeError as error:
        return None, [_bad_utf8(error, place=place)]
    except (ValueError, RecursionError) as error:
        return None, [Problem(place, f"not JSON ({_json_reason(error)})", "write one JSON object per line")]
    if not isinstance(row, dict):
        found = type(row).__name__
        return None, [Problem(place, f"not an object, found {found}", "write one JSON object per line")]
    problems = [Problem(place, f"key {key!r} stands twice", "keep one of them") for key in repeated]
    line = _validate(row, place=place, problems=problems)
    if line is not None:
        problems += _check_words(line, place=place, codebook=codebook)
    if line is None or any(problem.level is Level.ERROR for problem in problems):
        return None, problems
    return _judged(line, place=place), problems


def _judged(line: _Line, *, place: str) -> Judged:
    judgements = {theme: Answer(answer) for theme, answer in line.judgements.items()}
    fields = line.model_dump(exclude={"judgements", "story", "before", "after"})
    return Judged(**fields, story=line.story or line.article, judgements=judgements, place=place)


def _parse(raw: bytes) -> tuple[Any, list[str]]:
    """Decode a line; also give the keys that stand twice in one object."""
    repeated: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in items]
        repeated.extend(sorted({key for key in keys if keys.count(key) > 1}))
        return dict(items)

    def constant(name: str) -> float:
        raise ValueError(f"found {name}")

    row = json.loads(raw.decode("utf-8"), object_pairs_hook=pairs, parse_constant=constant)
    return row, repeated


def _json_reason(error: Exception) -> str:
    """Say what the JSON reader met; its own messages never hold text of the line."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}, column {error.colno}"
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return str(error)[:_SHOWN]


def _bad_utf8(error: UnicodeDecodeError, *, place: str) -> Problem:
    found = f"byte 0x{error.object[error.start]:02x} at offset {error.start} of the line"
    return Problem(place, f"not UTF-8, found {found}", "save the file as UTF-8")


def _validate(row: dict[str, Any], *, place: str, problems: list[Problem]) -> _Line | None:
    try:
        return _Line.model_validate(row)
    except ValidationError as error:
        problems.extend(_from_pydantic(detail, place=place) for detail in error.errors())
        return None


def _from_pydantic(detail: ErrorDetails, *, place: str) -> Problem:
    """Turn a pydantic error into ours, without the value where that is article text."""
    key = ascii(".".join(str(part) for part in detail["loc"]))[1:-1]
    if detail["type"] == "missing":
        return Problem(place, f"key {key!r} is missing", f"a line needs {', '.join(_required())}")
    if detail["type"] == "extra_forbidden":
        return Problem(place, f"unknown key {key!r}", _known(key, list(_Line.model_fields), kind="keys"))
    if detail["type"] == "string_unicode":
        return Problem(place, f"{key} holds half a character (a lone surrogate, U+D800 to U+DFFF)", "remove it")
    value = detail["input"]
    if key == "text":
        found = f"{len(value):,} characters" if isinstance(value, str) else type(value).__name__
    else:
        found = _short(value)
    return Problem(place, f"{key} is wrong, found {found}", _accepted(key))


def _required() -> list[str]:
    return [name for name, field in _Line.model_fields.items() if field.is_required()]


def _accepted(key: str) -> str:
    """Say what a key may hold."""
    if key == "text":
        return f"accepted: 1 to {MAX_CHARS:,} characters that are not all blank"
    if key == "paragraph":
        return "accepted: a whole number from 1"
    if key.startswith("judgements"):
        return "accepted: an object of themes, each yes, no or unsure"
    free = key in ("set", "topic_source", "before", "after")
    return "accepted: a string" if free else "accepted: a string of 1 to 200 characters"


def _short(value: object) -> str:
    """Quote a value so that it fits a line and moves no cursor."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    shown = ascii(value)
    return shown if len(shown) <= _SHOWN else shown[: _SHOWN - 3] + "..."


def _known(name: str, known: list[str], *, kind: str) -> str:
    close = nearest(name, known)
    hint = f"did you mean {close!r}? " if close else ""
    return f"{hint}known {kind}: {', '.join(known)}"


def _check_words(line: _Line, *, place: str, codebook: Codebook) -> list[Problem]:
    """Check what the schema alone cannot: themes, answers, version, hidden characters."""
    problems = _check_judgements(line, place=place, codebook=codebook)
    if line.codebook != codebook.version:
        problem = f"judged by codebook version {_short(line.codebook)}, the codebook is {codebook.version!r}"
        remedy = "judge it again, or correct `codebook` where the meanings stayed the same"
        problems.append(Problem(place, problem, remedy))
    for key, value in line.model_dump(exclude={"judgements"}).items():
        hidden = _hidden(value) if isinstance(value, str) else ""
        if hidden:
            problems.append(Problem(place, f"{key} holds {hidden}", "remove it, or put a space in its place"))
    return problems


def _check_judgements(line: _Line, *, place: str, codebook: Codebook) -> list[Problem]:
    problems: list[Problem] = []
    for theme, answer in line.judgements.items():
        if theme not in codebook.ids:
            remedy = _known(theme, list(codebook.ids), kind="themes")
            problems.append(Problem(place, f"unknown theme {_short(theme)}", remedy))
        if answer not in list(Answer):
            remedy = "accepted: yes, no, unsure; leave the theme out when it was not asked"
            problems.append(Problem(place, f"unknown answer {_short(answer)} for {_short(theme)}", remedy))
    if not line.judgements:
        remedy = "judge it, or remove the line"
        problems.append(Problem(place, "no theme is judged, found {}", remedy, Level.WARNING))
    return problems


def _hidden(text: str) -> str:
    """Name the first control or invisible character, and where it stands; empty when there is none."""
    for index, character in enumerate(text):
        if unicodedata.category(character) in _HIDDEN and character not in _JOINERS:
            name = unicodedata.name(character, "control character")
            return f"U+{ord(character):04X} ({name.lower()}) as character {index + 1}"
    return ""
