"""Plain text: paragraphs on one line, and paragraphs that an editor has wrapped."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ingest.cutting.text import text_blocks

PARAGRAPHS = [
    "Officers of the harbour district stopped four vendors near the old bridge on Friday and took their "
    "goods without a receipt, according to three of the vendors and a shop owner who watched from his door.",
    "The station chief denied it. He said his men had only asked for papers, and that nobody had been hurt.",
    "A video of the scene shows one of the officers pushing a woman to the ground while another turns his "
    "back to the camera and walks to the car.",
]


def cut_texts(text: str) -> list[str]:
    return [block.text for block in text_blocks(text)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x0c"])
def test_a_line_is_a_paragraph_in_a_file_of_long_lines(end: str) -> None:
    assert cut_texts(end.join(PARAGRAPHS)) == PARAGRAPHS
    assert cut_texts((end + end).join(PARAGRAPHS)) == PARAGRAPHS


@pytest.mark.parametrize("columns", [60, 72, 80])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_wrapped_paragraphs_with_blank_lines_between_are_joined(columns: int, end: str) -> None:
    text = (end * 2).join(end.join(textwrap.wrap(paragraph, columns)) for paragraph in PARAGRAPHS)
    assert cut_texts(text) == PARAGRAPHS


def test_wrapped_paragraphs_with_indented_first_lines_are_joined() -> None:
    text = "\n".join(textwrap.fill(paragraph, 70, initial_indent="    ") for paragraph in PARAGRAPHS)
    assert cut_texts(text) == PARAGRAPHS


def test_a_headline_above_wrapped_text_stays_apart() -> None:
    body = textwrap.fill(PARAGRAPHS[0], 70)
    assert cut_texts(f"Harbour police accused\nBy Ana Perez\n{body}") == [
        "Harbour police accused",
        "By Ana Perez",
        PARAGRAPHS[0],
    ]


def test_list_items_of_a_wrapped_file_stay_apart() -> None:
    items = [textwrap.fill(paragraph, 70, initial_indent="- ", subsequent_indent="  ") for paragraph in PARAGRAPHS]
    assert cut_texts("\n".join(items)) == [f"- {paragraph}" for paragraph in PARAGRAPHS]


def test_short_lines_that_are_no_wrapped_prose_stay_apart() -> None:
    lines = ["two phones", "one bicycle", "three bags of rice", "one radio", "a knife", "four keys"]
    assert cut_texts("\n".join(lines)) == lines


def test_a_single_wrapped_paragraph_is_joined() -> None:
    text = "The officers came to the house at night and took the two\nbrothers to the station."
    assert cut_texts(text) == [text.replace("\n", " ")]


WORDS = st.lists(st.text("abcdefghij", min_size=1, max_size=9), min_size=30, max_size=80)


@given(st.lists(WORDS, min_size=2, max_size=5), st.integers(60, 80))
@settings(max_examples=60, deadline=None)
def test_any_wrapped_prose_is_joined(paragraphs: list[list[str]], columns: int) -> None:
    sentences = [" ".join(words).capitalize() + "." for words in paragraphs]
    assert cut_texts("\n\n".join(textwrap.fill(sentence, columns) for sentence in sentences)) == sentences


def test_a_short_file_wrapped_by_hand_at_uneven_widths_is_joined() -> None:
    text = (
        "The guards at the crossing asked every driver for a fee that\n"
        "no law provides for, said the head of\n"
        "the union, who has kept a list of the names since the rains.\n"
        "Three drivers showed their receipts, and none of\n"
        "them bore a stamp or a name, only the sum that had been\n"
        "paid. The ministry said on Tuesday that it knew of\n"
        "no such form and would look into it, but could not\n"
        "say when."
    )
    assert cut_texts(text) == [text.replace("\n", " ")]


def test_items_of_middling_length_without_marks_stay_apart() -> None:
    lines = [
        "one bicycle with a broken chain and a basket for bread",
        "two phones that belong to the",
        "a bag of rice from the store room",
        "a radio without its cover and a box",
        "four keys on a ring with a green tag and a bell",
        "a knife from the kitchen drawer",
    ]
    assert cut_texts("\n".join(lines)) == lines
