from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.errors import MissingError
from pipeline.labels.check import check_labels, examine, label_files
from pipeline.labels.codebook import Codebook, Theme
from pipeline.labels.problem import Level


def theme(name: str) -> Theme:
    return Theme(id=name, name=name, definition="d", yes_when="y", no_when="n")


BOOK = Codebook(version="1.0", title="Test", themes=[theme("bribery")])


def line(paragraph: int, answer: str = "yes", **change: object) -> dict:
    row = {
        "id": f"a-{paragraph}",
        "article": "a",
        "paragraph": paragraph,
        "text": f"Text number {paragraph}.",
        "coder": "ann",
        "codebook": "1.0",
        "judgements": {"bribery": answer},
    }
    return row | change


ENOUGH = [line(91), line(92), line(93, "no")]


def write(path: Path, *rows: dict, enough: bool = True) -> Path:
    lines = [json.dumps(row) for row in [*rows, *(ENOUGH if enough else [])]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def problems(*paths: Path) -> list[str]:
    return [f"{problem.level}: {problem}" for problem in check_labels(paths, codebook=BOOK)]


def test_good_labels_have_no_problem(tmp_path):
    assert problems(write(tmp_path / "a.jsonl")) == []


def test_every_bad_line_is_reported_with_its_number_and_the_rest_is_read(tmp_path):
    path = tmp_path / "a.jsonl"
    rows = [json.dumps(row) for row in ENOUGH]
    path.write_text("\n".join([rows[0], "{", "", rows[1], "[]", rows[2]]), encoding="utf-8")
    judged, found = examine([path], codebook=BOOK)
    assert [problem.place for problem in found] == [f"{path}:2", f"{path}:5"]
    assert len(judged) == 3


def test_line_separators_inside_a_text_do_not_shift_line_numbers(tmp_path):
    path = tmp_path / "a.jsonl"
    raw = [json.dumps(row, ensure_ascii=False) for row in [line(1, text="one\u2028two"), *ENOUGH]]
    path.write_bytes("\r\n".join([*raw, "{"]).encode())
    assert [problem.place for problem in check_labels([path], codebook=BOOK)] == [f"{path}:1", f"{path}:5"]


def test_byte_order_marks(tmp_path):
    good = write(tmp_path / "good.jsonl").read_text(encoding="utf-8")
    (tmp_path / "bom.jsonl").write_text(good, encoding="utf-8-sig")
    (tmp_path / "utf16.jsonl").write_text(good, encoding="utf-16")
    found = problems(tmp_path / "bom.jsonl")
    assert len(found) == 1
    assert "bom.jsonl:1: a byte order mark" in found[0]
    assert "UTF-16" in problems(tmp_path / "utf16.jsonl")[0]


def test_one_id_for_two_paragraphs(tmp_path):
    path = write(tmp_path / "a.jsonl", line(1), line(2, id="a-1"))
    found = problems(path)
    assert len(found) == 1
    assert f"{path}:2: id 'a-1' names another paragraph at {path}:1" in found[0]


def test_one_paragraph_twice_for_one_coder_across_files(tmp_path):
    one, two = write(tmp_path / "1.jsonl", line(1)), write(tmp_path / "2.jsonl", line(1), enough=False)
    found = problems(one, two)
    assert len(found) == 1
    assert f"{two}:1: id 'a-1' stands twice for coder 'ann', first at {one}:1" in found[0]


def test_two_coders_may_judge_one_paragraph_and_differ(tmp_path):
    assert problems(write(tmp_path / "a.jsonl", line(1), line(1, "no", coder="ben"))) == []


def test_one_coder_who_contradicts_himself_under_another_id(tmp_path):
    path = write(tmp_path / "a.jsonl", line(1), line(1, "unsure", id="again"))
    found = problems(path)
    assert len(found) == 1
    assert f"{path}:2: coder 'ann' judged this paragraph otherwise at {path}:1: bribery" in found[0]


@pytest.mark.parametrize(("answer", "count"), [("no", 1), ("unsure", 0), ("yes", 0)])
def test_the_same_text_elsewhere_with_another_answer_is_a_warning(tmp_path, answer, count):
    path = write(tmp_path / "a.jsonl", line(1, text="Same."), line(2, answer, text="Same."))
    found = check_labels([path], codebook=BOOK)
    assert [problem.level for problem in found] == [Level.WARNING] * count


@pytest.mark.parametrize("rows", [[line(1), line(2, "no")], [line(1), line(2)], [line(1, "unsure")]])
def test_themes_that_cannot_be_learned_are_a_warning(tmp_path, rows):
    found = check_labels([write(tmp_path / "a.jsonl", *rows, enough=False)], codebook=BOOK)
    assert [(problem.level, problem.place) for problem in found] == [(Level.WARNING, "bribery")]


def test_folders_give_their_jsonl_files_in_order_and_once(tmp_path):
    for name in ("b.jsonl", "a.jsonl", "README.md"):
        (tmp_path / name).write_text("", encoding="utf-8")
    files = label_files([tmp_path, tmp_path / "a.jsonl"])
    assert [file.name for file in files] == ["a.jsonl", "b.jsonl"]


def test_what_is_missing(tmp_path):
    with pytest.raises(MissingError, match="cannot read these labels"):
        check_labels([tmp_path / "none.jsonl"], codebook=BOOK)
    with pytest.raises(MissingError, match=r"no \*.jsonl file"):
        check_labels([tmp_path], codebook=BOOK)
