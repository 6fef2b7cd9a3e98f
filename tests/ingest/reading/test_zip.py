from __future__ import annotations

import io
import os
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ingest.reading.refusal import Refusal
from pipeline.ingest.reading.rows import MIB
from pipeline.ingest.reading.zip import members
from pipeline.records import RejectCode


def packed(*entries, compression=zipfile.ZIP_DEFLATED) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return file


def read(file, *, limit: int = 100 * MIB):
    """Give (name, content or code) per member, and the code that ended the archive."""
    found: list[tuple[str, object]] = []
    try:
        for member in members(file, limit=limit):
            try:
                if member.refusal:
                    raise member.refusal
                found.append((member.name, b"".join(member.stream)))
            except Refusal as refusal:
                found.append((member.name, refusal.code))
    except Refusal as refusal:
        return found, refusal.code
    return found, None


def test_members_come_sorted_and_folders_do_not_count():
    file = packed(("b.txt", "two"), ("a/", ""), ("a/c.txt", "one"))
    assert read(file) == ([("a/c.txt", b"one"), ("b.txt", b"two")], None)


def test_names_are_labels_only():
    names = ["../../up.txt", "/root.txt", "C:\\x.txt", "con"]
    found, end = read(packed(*((name, "x") for name in names)))
    assert sorted(name for name, _ in found) == sorted(names)
    assert end is None
    assert all(content == b"x" for _, content in found)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_second_of_a_name_is_refused():
    assert read(packed(("a", "1"), ("a", "2")))[0] == [("a", b"1"), ("a", RejectCode.ZIP_NAME)]


def test_links_and_encrypted_members_are_refused():
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    assert read(packed((link, "/etc/passwd")))[0] == [("link", RejectCode.LINK)]
    raw = bytearray(packed(("a", "secret")).getvalue())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    assert read(io.BytesIO(raw))[0] == [("a", RejectCode.ZIP_ENCRYPTED)]


def test_a_damaged_member_costs_one_member():
    raw = bytearray(packed(("a", "first " * 9), ("b", "second"), compression=zipfile.ZIP_STORED).getvalue())
    raw[raw.index(b"first")] ^= 1
    assert read(io.BytesIO(raw))[0] == [("a", RejectCode.ZIP_BAD), ("b", b"second")]


def test_members_that_share_bytes_are_refused():
    raw = packed(("a", "x" * 50), ("b", "x" * 50)).getvalue()
    entry = raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 1)
    overlapping = raw[: entry + 42] + b"\0\0\0\0" + raw[entry + 46 :]
    assert read(io.BytesIO(overlapping)) == ([], RejectCode.ZIP_BOMB)


def test_a_bomb_stops_and_what_came_before_is_kept():
    found, end = read(packed(("a.txt", "fine"), ("b.txt", bytes(40 * MIB))))
    assert found == [("a.txt", b"fine"), ("b.txt", RejectCode.ZIP_BOMB)]
    found, end = read(packed(*((f"{i:02}", bytes(9 * MIB)) for i in range(6))))
    assert end is RejectCode.ZIP_BOMB
    found, _ = read(packed(("a", os.urandom(2 * MIB))), limit=MIB)
    assert found == [("a", RejectCode.ZIP_BOMB)]


def test_office_files_and_broken_archives_are_told():
    assert read(packed(("[Content_Types].xml", "<x/>"), ("word/document.xml", "<x/>")))[1] is RejectCode.TYPE
    assert read(io.BytesIO(packed(("a", "x")).getvalue()[:-10]))[1] is RejectCode.ZIP_BAD


@settings(deadline=None)
@given(st.integers(0, 400), st.integers(0, 255))
def test_any_changed_byte_gives_members_or_a_refusal(at, value):
    raw = bytearray(packed(("a.txt", "one two three"), ("b.txt", "four")).getvalue())
    raw[at % len(raw)] = value
    read(io.BytesIO(raw))
