from __future__ import annotations

import pytest

from pipeline.errors import ConfigError
from pipeline.ingest.reading.fields import Fields
from pipeline.ingest.reading.refusal import Refusal
from pipeline.ingest.reading.rows import Row
from pipeline.records import RejectCode


def find(values, **mapped):
    return Fields(mapped).find(Row(1, 0, values))


def refused(values, **mapped):
    with pytest.raises(Refusal) as caught:
        find(values, **mapped)
    return caught.value


def test_usual_names_are_found_in_any_spelling():
    found = find(
        {
            "\ufeffHeadline": "T",
            "Body Text": "words",
            "Published-At": "2022-06-14",
            "Outlet": {"id": 3, "name": "The Paper"},
            "LINK": "http://x",
            "ID": 7,
            "Lang": "en",
        }
    )
    assert (found.text, found.title, found.date, found.publisher) == ("words", "T", "2022-06-14", "The Paper")
    assert (found.url, found.external_id, found.language) == ("http://x", "7", "en")


def test_text_wins_over_html_unless_it_is_empty():
    assert find({"html": "<p>x</p>", "text": "y"}).text == "y"
    found = find({"html": "<p>x</p>", "text": " "})
    assert (found.text, found.is_html) == ("<p>x</p>", True)
    assert find({"text": "", "body": "there"}).text == "there"


def test_mapped_names_are_used_and_no_others():
    assert find({"story_x": "a", "text": "b"}, text="story_x").text == "a"
    assert find({"page": {"main": "a"}}, text="page.main").text == "a"
    assert refused({"text": "b"}, text="story_x").reason.startswith("no field 'story_x', found: text")


def test_a_record_without_text_says_what_it_had_but_quotes_no_prose():
    refusal = refused({"summary": "x", "The witness, who asked not to be named, said so": "y"})
    assert refusal.code is RejectCode.FIELD_MISSING
    assert "summary" in refusal.reason
    assert "witness" not in refusal.reason
    assert "--field text=NAME" in refusal.remedy


@pytest.mark.parametrize("value", [3, ["a"], {"a": 1}, True])
def test_a_text_must_be_a_string(value):
    assert refused({"text": value}).code is RejectCode.FIELD_TYPE


@pytest.mark.parametrize("values", [{"text": ""}, {"text": None}, {"text": " \n", "html": ""}])
def test_an_empty_text_is_skipped(values):
    assert refused(values).code.skipped


def test_an_odd_title_does_not_cost_the_article():
    found = find({"text": "x", "title": ["a"]})
    assert (found.title, found.ignored) == ("", True)


def test_an_unknown_meaning_is_a_config_error_with_the_nearest():
    with pytest.raises(ConfigError) as caught:
        Fields({"txet": "body"})
    assert "did you mean 'text'" in str(caught.value)


def test_only_what_can_be_a_name_is_quoted():
    names = ("Anna B told", "the police came", "警察周一在城门口拿走了钱", "x" * 41, "titre_éd.2-b")
    reason = refused(dict.fromkeys(names, "y")).reason
    assert reason.endswith("found: (an odd name), (an odd name), (an odd name), (an odd name), titre_éd.2-b")
