"""Goals in a configuration are checked and kept in one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.configuration.goals import Goal
from pipeline.configuration.schema import ThresholdsConfig


@given(st.sampled_from(["precision", "recall"]), st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_a_goal_comes_back_from_its_spelling(kind, least):
    assert Goal.of(f" {kind} >= {least!r} ") == Goal(kind, least)
    assert Goal.of(str(Goal(kind, least))) == Goal(kind, least)


def test_f1_has_no_number():
    assert Goal.of("f1") == Goal("f1", 0.0)
    assert str(Goal.of("f1")) == "f1"


@pytest.mark.parametrize(
    "text", ["", "F1", "f1>=0.5", "recall", "recall>=", "recall>0.9", "recall>=0", "recall>=1", "recall>=nan",
             "precision>=90%", "accuracy>=0.9", "recall>=0.9>=0.8"],
)  # fmt: skip
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=r"accepted: f1, or precision>=X or recall>=X"):
        Goal.of(text)


def test_a_section_keeps_one_spelling_and_one_order():
    section = ThresholdsConfig(goal="recall >= 0.90", themes={"b": "f1", "a": "precision>=.8"})
    assert (section.goal, list(section.themes.items())) == ("recall>=0.9", [("a", "precision>=0.8"), ("b", "f1")])
    with pytest.raises(ValidationError, match="b: not accepted, found 'most'"):
        ThresholdsConfig(themes={"b": "most"})
