"""What a schema accepts, and what is wrong with a value, in plain words.

The words for what a key accepts are made from the schema alone, so the error messages and
docs/configuration.md can never disagree.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from pipeline.configuration.yaml import KeyPath, Place

__all__ = ["accepted", "describe", "dotted", "fields_below", "nearest", "quoted"]

_LONGEST = 60
_MOST = 200  # problems that are spelled out; a file with more is not a configuration
_WORDS: dict[Any, tuple[str, str]] = {
    int: ("a whole number", "whole numbers"),
    float: ("a number", "numbers"),
    bool: ("true or false", "true or false"),
    str: ("text", "texts"),
    Path: ("a path", "paths"),
}
_LIMITS = (("gt", "above"), ("ge", "at least"), ("lt", "below"), ("le", "at most"))


def quoted(value: object) -> str:
    """Give a value as it is quoted in messages: short, on one line, nothing for None."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = str(value)
    return repr(text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "...")


def dotted(path: KeyPath) -> str:
    """Write a key path as people do: ``themes[2].name``; list elements count from 1."""
    words = ""
    for part in path:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else part
    return words


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """Find the choice that is spelled most like ``word``, if any comes near."""
    by_lower = {choice.lower(): choice for choice in choices}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def fields_below(model: type[BaseModel], above: KeyPath = ()) -> Iterator[tuple[KeyPath, FieldInfo]]:
    """Walk the keys of a schema in order; sections come before their keys."""
    for name, info in model.model_fields.items():
        yield (*above, name), info
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from fields_below(info.annotation, (*above, name))


def accepted(field: FieldInfo) -> str:
    """Say what a key accepts: type, choices, range, length and pattern."""
    words = _type_words(field.annotation)
    limits = _limits(field)
    span = " and ".join(f"{word} {_number(limits[name])}" for name, word in _LIMITS if name in limits)
    if span:
        words = words.replace("number", f"number {span}", 1)
    if "pattern" in limits:
        words += f" like `{limits['pattern']}`"
    if limits.get("min_length") == 1 and "max_length" not in limits:
        words += " (not empty)"
    elif "max_length" in limits:
        words += f" ({limits.get('min_length', 0)} to {limits['max_length']} long)"
    return words


def _number(limit: float) -> str:
    return str(limit) if isinstance(limit, int) else f"{limit:g}"


def _limits(field: FieldInfo) -> dict[str, Any]:
    names = ("gt", "ge", "lt", "le", "min_length", "max_length", "pattern")
    found = {}
    for item in field.metadata:
        for name in names:
            value = getattr(item, name, None)
            if value is not None:
                found[name] = value
    return found


def _type_words(kind: Any, *, plural: bool = False) -> str:
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Literal:
        return "one of " + ", ".join(str(choice) for choice in inside)
    if origin in (Union, UnionType):
        known = [_type_words(part, plural=plural) for part in inside if part is not NoneType]
        return " or ".join([*known, *(["nothing"] if NoneType in inside else [])])
    if origin is list:
        return f"a list of {_type_words(inside[0], plural=True)}"
    if origin is dict:
        return f"a mapping of {_type_words(inside[0])} to {_type_words(inside[1])}"
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return "mappings" if plural else "a mapping"
    return _WORDS.get(kind, (str(kind), str(kind)))[plural]


def describe(
    error: ValidationError,
    model: type[BaseModel],
    places: Mapping[KeyPath, Place],
    *,
    also: tuple[str, ...] = (),
) -> list[str]:
    """Turn what pydantic found into messages ``FILE:LINE: key: what is wrong, found 'VALUE'; accepted: ...``.

    Parameters
    ----------
    error
        From validating a strict YAML value.
    model
        The schema it was validated against.
    places
        Where its parts stand.
    also
        Keys that the file may hold although the schema does not name them.

    Returns
    -------
    list of str
        One message for each problem, in the order of files and lines.
    """
    found = [(_place(item["loc"], places), item) for item in error.errors(include_url=False)]
    found.sort(key=lambda pair: (pair[0].name, pair[0].line, pair[0].column))
    told = [f"{place}: {_message(item, model, also)}" for place, item in found[:_MOST]]
    rest = len(found) - _MOST
    return told if rest <= 0 else [*told, f"{found[_MOST][0]}: {rest} more problems from here on; mend the first ones"]


def _place(path: KeyPath, places: Mapping[KeyPath, Place]) -> Place:
    """Give the place of a value, else of something in it (an override names no section), else around it."""
    for known, place in places.items():
        if known[: len(path)] == path:
            return places.get(path, place)
    around = (path[:end] for end in range(len(path) - 1, -1, -1))
    return next((places[outer] for outer in around if outer in places), Place("configuration"))


def _message(item: ErrorDetails, model: type[BaseModel], also: tuple[str, ...]) -> str:
    path = item["loc"]
    key = dotted(path)
    if item["type"] == "extra_forbidden":
        return _unknown(path, model, also)
    field = _field(model, path)
    if item["type"] == "missing":
        meaning = f" ({field.description})" if field and field.description else ""
        return f"{key}: missing; write it{meaning}"
    head = f"{key}: " if key else ""
    value = item["input"]
    if item["type"] == "value_error":
        return f"{head}{_own_words(item, value)}"
    wrong = "not accepted" if value is not None else "empty"
    tail = f"; accepted: {accepted(field)}" if field else f"; {item['msg'].lower()}"
    near = nearest(str(value), _choices(field)) if field and isinstance(value, str) else None
    return f"{head}{wrong}, found {quoted(value)}{tail}" + (f"; did you mean {near!r}?" if near else "")


def _own_words(item: ErrorDetails, value: object) -> str:
    """Word an error that a validator of ours raised; its text says what is accepted."""
    reason = str(item.get("ctx", {}).get("error", item["msg"]))
    return reason if isinstance(value, (dict, list)) else f"not accepted, found {quoted(value)}; {reason}"


def _unknown(path: KeyPath, model: type[BaseModel], also: tuple[str, ...]) -> str:
    word = str(path[-1])
    section = _model(model, path[:-1])
    siblings = [*section.model_fields, *(also if len(path) == 1 else ())] if section else []
    hint = f"accepted: {', '.join(siblings)}"
    elsewhere = [dotted(known) for known, _ in fields_below(model) if known[-1] == word]
    near = elsewhere[0] if elsewhere else nearest(word, siblings)
    return f"{dotted(path[:-1]) or 'top level'}: unknown key, found {quoted(word)}; {hint}" + (
        f"; did you mean {near!r}?" if near else ""
    )


def _choices(field: FieldInfo) -> tuple[str, ...]:
    kind = field.annotation
    if kind is bool:
        return ("true", "false")
    return tuple(str(choice) for choice in get_args(kind)) if get_origin(kind) is Literal else ()


def _field(model: type[BaseModel], path: KeyPath) -> FieldInfo | None:
    """Find the field that a path leads to; a list element belongs to its list's field."""
    names = [index for index, part in enumerate(path) if isinstance(part, str)]
    for last in reversed(names):
        owner = _model(model, path[:last])
        if owner and path[last] in owner.model_fields:
            return owner.model_fields[str(path[last])]
    return None


def _model(model: type[BaseModel], path: KeyPath) -> type[BaseModel] | None:
    """Find the section that a path leads to, through lists of sections."""
    current: Any = model
    for part in path:
        if isinstance(part, int):
            current = get_args(current)[0] if get_origin(current) is list else None
        elif isinstance(current, type) and issubclass(current, BaseModel) and part in current.model_fields:
            current = current.model_fields[part].annotation
        else:
            return None
    return current if isinstance(current, type) and issubclass(current, BaseModel) else None
