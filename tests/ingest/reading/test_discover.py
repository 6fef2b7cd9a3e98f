from __future__ import annotations

import os

import pytest

from pipeline.errors import MissingError
from pipeline.ingest.reading.discover import find_places
from pipeline.records import RejectCode


def names(*paths):
    return [(place.name, place.refusal.code if place.refusal else None) for place in find_places(paths)]


def test_files_come_sorted_by_relative_path(tmp_path):
    for name in ("b.txt", "a/z.txt", "a.txt", "a/é.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert names(tmp_path) == [("a.txt", None), ("a/z.txt", None), ("a/é.txt", None), ("b.txt", None)]


def test_links_pipes_and_hidden_files_are_listed_with_the_reason(tmp_path):
    (tmp_path / "real.txt").write_text("x")
    (tmp_path / "link.txt").symlink_to("/etc/hostname")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / ".DS_Store").write_text("x")
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX" / "a.txt").write_text("x")
    assert names(tmp_path) == [
        (".DS_Store", RejectCode.NO_CONTENT),
        ("__MACOSX/a.txt", RejectCode.NO_CONTENT),
        ("link.txt", RejectCode.LINK),
        ("loop", RejectCode.LINK),
        ("pipe", RejectCode.TYPE),
        ("real.txt", None),
    ]


def test_a_name_that_is_no_utf_8_can_be_written_down(tmp_path):
    with open(os.fsencode(tmp_path) + b"/a\xff.txt", "wb") as file:  # noqa: PTH123
        file.write(b"x")
    assert names(tmp_path) == [("a\\xff.txt", None)]


def test_a_named_file_keeps_its_own_name_and_may_be_hidden(tmp_path):
    (tmp_path / ".one.txt").write_text("x")
    assert names(tmp_path / ".one.txt") == [(".one.txt", None)]


def test_files_of_two_dumps_are_told_apart_only_where_needed(tmp_path):
    for name in ("may/1.txt", "june/1.txt", "july/2.txt"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("x")
    assert names(tmp_path / "may", tmp_path / "july") == [("1.txt", None), ("2.txt", None)]
    assert names(tmp_path / "may", tmp_path / "june") == [("may/1.txt", None), ("june/1.txt", None)]
    assert names(tmp_path / "may", tmp_path / "may")[1] == ("may~2/1.txt", None)


@pytest.mark.parametrize("path", ["nowhere", "a\0b", "x" * 5000])
def test_a_named_path_must_be_there(tmp_path, path):
    with pytest.raises(MissingError) as caught:
        find_places([tmp_path, tmp_path / path])
    assert caught.value.exit_code == 66


def test_something_must_be_named():
    with pytest.raises(MissingError):
        find_places([])
