from __future__ import annotations

import os

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.configuration.yaml import MAX_BYTES, parse_strict, read_document
from pipeline.errors import ConfigError, MissingError


def problems(text):
    with pytest.raises(ConfigError) as caught:
        parse_strict(text, name="f.yaml")
    return caught.value.problems


@pytest.mark.parametrize("word", ["no", "NO", "on", "012", "1:30", "1e-3", "2021-01-01", "true", "0x1f", ".nan"])
def test_unquoted_scalars_stay_the_text_they_are(word):
    assert parse_strict(f"a: {word}\n", name="f").value == {"a": word}


@pytest.mark.parametrize(("text", "value"), [("a:", None), ("a: ~", None), ("a: null", None), ("a: ''", "")])
def test_only_an_empty_unquoted_value_is_nothing(text, value):
    assert parse_strict(text, name="f").value == {"a": value}


def test_a_quoted_null_is_text():
    assert parse_strict("a: 'null'\nb: \"~\"", name="f").value == {"a": "null", "b": "~"}


def test_every_part_knows_its_place():
    places = parse_strict("a:\n  b: 1\n  c:\n    - x\n    - y\n", name="f.yaml").places
    shown = {path: str(place) for path, place in places.items()}
    assert shown == {
        (): "f.yaml:1",
        ("a",): "f.yaml:1",
        ("a", "b"): "f.yaml:2",
        ("a", "c"): "f.yaml:3",
        ("a", "c", 0): "f.yaml:4",
        ("a", "c", 1): "f.yaml:5",
    }


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: 1\nb: 2\na: 3", "3:1", "key 'a' stands twice (first at f.yaml:1)"),
        ("a:\n  x: 1\n  x: 1", "3:3", "key 'x' stands twice"),
        ("a: &x 1", "1:4", "anchors are refused, found '&x'"),
        ("a: &x {}\nb: *x", "2:4", "aliases are refused, found '*x'"),
        ("a:\n  <<: {b: 1}", "2:3", "merge keys are refused"),
        ("a: !!python/object:os.system x", "1:4", "tags are refused"),
        ("a: !mine x", "1:4", "tags are refused, found '!mine'"),
        ("a: !!int 3", "1:4", "tags are refused"),
        ("? [a]\n: 1", "1:3", "a key must be text, found a list"),
        ("~: 1", "1:1", "a key must be text, found nothing"),
        ("a: 1\n---\nb: 1", "2:1", "a second document"),
        ("a: b: c", "1:5", "put the value in quotes"),
        ("\ta: 1", "1:1", "indent with spaces"),
        ("a: [1, 2", "1:9", "close the bracket"),
        ('a: "x', "1:6", "close the quotes"),
        ("a: 1\nb: \x01", "2:4", "found U+0001"),
        ('a: "\\0"', "1:4", "control characters are refused, found U+0000"),
        ('a: "\\ud800"', "1:4", "found U+D800"),
        ("a: " + "[" * 40, "1:23", "at most 20 levels"),
    ],
)
def test_what_is_refused_is_told_with_line_and_column(text, place, words):
    told = "\n".join(problems(text))
    assert f"f.yaml:{place}: " in told
    assert words in told


def test_twenty_levels_are_accepted():
    text = "[" * 20 + "x" + "]" * 20
    parse_strict(text, name="f")
    assert "too deep" in problems(f"[{text}]")[0]


def test_all_refusals_are_told_at_once():
    assert len(problems("a: &x 1\nb: *x\nb: !y 2\n")) == 4


def test_a_bomb_of_aliases_ends_at_once():
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    assert len(problems("\n".join(lines))) > 60


def test_bytes_that_are_not_utf8_are_placed():
    assert problems(b"a: 1\nb: caf\xe9\n") == ["f.yaml:2:7: not UTF-8, found byte 0xe9; save the file as UTF-8"]


def test_a_byte_order_mark_is_no_part_of_the_first_key():
    assert parse_strict(b"\xef\xbb\xbfa: 1", name="f").value == {"a": "1"}


def test_size_is_limited():
    assert "256 KiB" in problems(b"#" * (MAX_BYTES + 1))[0]


def test_without_numbers_the_place_is_the_name_alone():
    with pytest.raises(ConfigError) as caught:
        parse_strict("[1", name="override a=[1", numbered=False)
    assert caught.value.problems[0].startswith("override a=[1: not YAML")


def test_a_document_must_be_a_mapping(tmp_path):
    path = tmp_path / "f.yaml"
    for text, found in [("", "nothing"), ("- 1", "a list"), ("words", "one value")]:
        path.write_text(text)
        with pytest.raises(ConfigError, match=f":1: found {found}; accepted: a mapping"):
            read_document(path)


def test_what_is_no_readable_file_is_missing(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name, words in [
        ("nope", "no such file"),
        ("pipe", "not a regular"),
        (".", "not a regular"),
        ("x" * 300, "cannot be read"),
    ]:
        with pytest.raises(MissingError, match=words):
            read_document(tmp_path / name)


@given(st.text(max_size=80))
def test_any_text_gives_a_value_or_our_error(text):
    try:
        parse_strict(text, name="f")
    except ConfigError as error:
        assert all(problem.startswith("f:") for problem in error.problems)


LEAVES = st.text(st.characters(exclude_categories=["C"]), max_size=12)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LEAVES, inner, max_size=3))


@given(st.dictionaries(LEAVES, VALUES, max_size=4))
def test_text_that_pyyaml_writes_reads_back(value):
    written = yaml.safe_dump(value, allow_unicode=True)
    try:
        assert parse_strict(written, name="f").value == value
    except ConfigError as error:
        # pyyaml writes one object that stands twice with an anchor
        assert "anchors" in str(error)
