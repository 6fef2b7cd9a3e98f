from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import DataError
from pipeline.labels.codebook import Codebook, Theme
from pipeline.labels.table import Answer, Judged, label_table, labels_sha256, read_labels


def theme(name: str) -> Theme:
    return Theme(id=name, name=name, definition="d", yes_when="y", no_when="n")


BOOK = Codebook(version="1.0", title="Test", themes=[theme("bribery"), theme("brutality")])


def judged(paragraph: int = 1, *, coder: str = "ann", article: str = "a", **answers: str) -> Judged:
    return Judged(
        id=f"{article}-{paragraph}",
        article=article,
        story="s",
        paragraph=paragraph,
        text=f"Text {paragraph}.",
        coder=coder,
        codebook="1.0",
        judgements={name: Answer(answer) for name, answer in answers.items()},
        set="",
        topic_source="Wire",
        place=f"x.jsonl:{paragraph}",
    )


def write(path: Path, *lines: Judged, **change: object) -> Path:
    names = ("id", "article", "story", "paragraph", "text", "coder", "codebook")
    rows = [{n: getattr(x, n) for n in names} | {"judgements": dict(x.judgements)} | change for x in lines]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("yes", "yes", 1),
        ("no", "no", 0),
        ("yes", "no", -1),
        ("yes", "unsure", -1),
        ("unsure", "unsure", -1),
        ("yes", None, 1),
        (None, "no", 0),
        (None, None, -1),
    ],
)
def test_coders_who_agree_and_who_do_not(one, other, expected):
    lines = [
        judged(coder=coder, **({"bribery": answer} if answer else {}))
        for coder, answer in (("ann", one), ("ben", other))
    ]
    table = label_table(lines, codebook=BOOK)
    assert table.answers.dtype == np.int8
    assert table.answers.tolist() == [[expected, -1]]
    assert table.unsure.tolist() == [["unsure" in (one, other), False]]
    assert table.codebook_ids == ("bribery", "brutality")


def test_rows_are_sorted_whatever_the_order_of_lines():
    places = [(number, article, coder) for number in (10, 2) for article in "ba" for coder in "yx"]
    lines = [judged(number, article=article, coder=coder, bribery="no") for number, article, coder in places]
    random.Random(3).shuffle(lines)
    table = label_table(lines, codebook=BOOK)
    assert table.ids == ["a-2", "a-10", "b-2", "b-10"]
    assert table.answers.shape == (4, 2)
    assert (table.stories, table.sources) == (["s"] * 4, ["Wire"] * 4)
    assert table.texts[1] == "Text 10."


def test_another_text_at_the_same_place_is_another_row():
    lines = [judged(bribery="yes"), replace(judged(bribery="no"), id="b", text="Other.")]
    assert label_table(lines, codebook=BOOK).answers[:, 0].tolist() == [1, 0]


def test_no_lines_give_an_empty_table_of_the_right_width():
    assert label_table([], codebook=BOOK).answers.shape == (0, 2)


def test_the_hash_knows_content_and_nothing_else():
    lines = [judged(n, bribery="yes", brutality="no") for n in range(5)]
    moved = [replace(x, place="y:1", judgements=dict(reversed(x.judgements.items()))) for x in lines[::-1]]
    assert labels_sha256(lines) == labels_sha256(moved)
    others = [
        replace(lines[0], judgements={"bribery": Answer.YES}),
        replace(lines[0], judgements={"bribery": Answer.NO, "brutality": Answer.NO}),
        *(replace(lines[0], **{name: "z"}) for name in ("id", "article", "story", "text")),
        *(replace(lines[0], **{name: "z"}) for name in ("coder", "codebook", "set", "topic_source")),
        replace(lines[0], paragraph=9),
    ]
    hashes = {labels_sha256([other, *lines[1:]]) for other in others} | {labels_sha256(lines)}
    assert len(hashes) == len(others) + 1


def test_the_hash_counts_how_often_a_line_stands():
    assert labels_sha256([judged(bribery="yes")]) != labels_sha256([judged(bribery="yes")] * 2)


def test_reading_files_and_folders(tmp_path):
    write(tmp_path / "b.jsonl", judged(1, bribery="yes"))
    write(tmp_path / "a.jsonl", judged(2, bribery="no"))
    lines = read_labels([tmp_path], codebook=BOOK)
    assert [line.id for line in lines] == ["a-2", "a-1"]
    assert lines[0].place == f"{tmp_path / 'a.jsonl'}:1"


def test_wrong_labels_are_refused_with_the_first_problems_and_the_count(tmp_path):
    path = write(tmp_path / "a.jsonl", *(judged(n, bribery="yes") for n in range(1, 9)), codebook="0.1")
    with pytest.raises(DataError) as caught:
        read_labels([path], codebook=BOOK)
    message = str(caught.value)
    assert "8 problems in the labels" in message
    assert f"{path}:5: " in message
    assert f"{path}:6: " not in message
    assert f"themes labels check {path}" in message


def test_warnings_do_not_refuse(tmp_path):
    assert len(read_labels([write(tmp_path / "a.jsonl", judged(bribery="yes"))], codebook=BOOK)) == 1


def test_no_lines_at_all_are_refused(tmp_path):
    (tmp_path / "a.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(DataError, match="no judged paragraph"):
        read_labels([tmp_path], codebook=BOOK)
