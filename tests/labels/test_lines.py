from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.labels.codebook import Codebook, Theme
from pipeline.labels.lines import MAX_CHARS, Answer, read_line
from pipeline.labels.problem import Level


def theme(name: str) -> Theme:
    return Theme(id=name, name=name, definition="d", yes_when="y", no_when="n")


BOOK = Codebook(version="1.0", title="Test", themes=[theme("bribery"), theme("brutality")])
GOOD = {
    "id": "a1-1",
    "article": "a1",
    "paragraph": 1,
    "text": "The sergeant looked away.",
    "coder": "ann",
    "codebook": "1.0",
    "judgements": {"bribery": "yes"},
}


def read(row: object) -> tuple:
    raw = row if isinstance(row, bytes) else json.dumps(row).encode()
    return read_line(raw, place="labels.jsonl:7", codebook=BOOK)


def only(row: object) -> str:
    judged, problems = read(row)
    assert judged is None
    assert [problem.place for problem in problems] == ["labels.jsonl:7"]
    assert problems[0].level is Level.ERROR
    return str(problems[0])


def test_a_good_line():
    judged, problems = read(GOOD)
    assert problems == []
    assert judged.judgements == {"bribery": Answer.YES}
    assert (judged.story, judged.set, judged.place) == ("a1", "", "labels.jsonl:7")


def test_story_is_kept_when_given():
    assert read(GOOD | {"story": "s9"})[0].story == "s9"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"judgements": {"bribry": "no"}}, ["unknown theme 'bribry'", "did you mean 'bribery'"]),
        ({"judgements": {"bribery": "maybe"}}, ["unknown answer 'maybe' for 'bribery'", "yes, no, unsure"]),
        ({"judgements": {"bribery": True}}, ["judgements.bribery", "True"]),
        ({"judgements": ["bribery"]}, ["judgements", "['bribery']"]),
        ({"txt": "x"}, ["unknown key 'txt'", "did you mean 'text'"]),
        ({"paragraph": "1"}, ["paragraph is wrong, found '1'", "whole number from 1"]),
        ({"paragraph": 0}, ["found 0"]),
        ({"paragraph": True}, ["found True"]),
        ({"codebook": "0.9"}, ["version '0.9'", "'1.0'"]),
        ({"coder": ""}, ["coder is wrong, found ''"]),
        ({"text": ""}, ["text is wrong, found 0 characters"]),
        ({"text": " \t "}, ["text is wrong, found 3 characters"]),
        ({"text": "x" * (MAX_CHARS + 1)}, ["20,001 characters"]),
        ({"text": None}, ["text is wrong, found NoneType"]),
        ({"text": "a\u200bb"}, ["U+200B (zero width space) as character 2"]),
        ({"text": "one\ntwo"}, ["U+000A (control character) as character 4"]),
        ({"text": "x\u202ey"}, ["U+202E (right-to-left override)"]),
        ({"text": "x\ud800y"}, ["text holds half a character (a lone surrogate"]),
        ({"article": "a\x00"}, ["article holds U+0000"]),
    ],
)
def test_a_wrong_value_is_named_with_what_is_accepted(change, words):
    message = only(GOOD | change)
    for word in words:
        assert word in message


def test_joiners_belong_to_the_spelling_of_some_scripts():
    assert read(GOOD | {"text": "می\u200cخواهم"})[1] == []


def test_a_missing_key_is_named():
    message = only({key: value for key, value in GOOD.items() if key != "coder"})
    assert "'coder' is missing" in message


def test_every_problem_of_a_line_is_told():
    _, problems = read(GOOD | {"coder": 3, "paragraph": -1, "extra": 1})
    assert len(problems) == 3


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b'{"id": "a"', "not JSON"),
        (b"[1]", "not an object, found list"),
        (b"NaN", "found NaN"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"id": ' + b"1" * 5000 + b"}", "not JSON"),
        (b'{"id": "caf\xe9"}', "byte 0xe9 at offset 11"),
    ],
)
def test_what_is_no_json_object(raw, word):
    assert word in only(raw)


def test_a_key_that_stands_twice():
    raw = json.dumps(GOOD).replace('"bribery": "yes"', '"bribery": "yes", "bribery": "no"').encode()
    assert "key 'bribery' stands twice" in only(raw)


def test_nothing_judged_is_a_warning():
    judged, problems = read(GOOD | {"judgements": {}})
    assert judged is not None
    assert [problem.level for problem in problems] == [Level.WARNING]


@given(st.text(min_size=1), st.sampled_from(["story", "set", "topic_source", "colour"]))
def test_messages_never_hold_the_text(secret, key):
    secret = f"witness {secret}"
    _, problems = read(GOOD | {"text": secret + "\x07", key: 5})
    assert problems
    assert not any(secret in str(problem) for problem in problems)


@given(st.binary())
def test_any_bytes_give_a_line_or_an_error(raw):
    judged, problems = read(raw)
    assert judged is not None or any(problem.level is Level.ERROR for problem in problems)
