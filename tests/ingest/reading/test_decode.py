from __future__ import annotations

import codecs
import random

import pytest

from pipeline.ingest.reading.decode import (
    Decoder,
    declared_codec,
    decode,
    guess_codec,
    is_mixed,
    transcode,
    whole_characters,
)
from pipeline.ingest.reading.refusal import Refusal
from pipeline.records import RejectCode

FRENCH = "Le préfet a dit « non » à l’assemblée, puis il s’est tu."
RUSSIAN = "Полицейские закрыли площадь до начала шествия, сообщили очевидцы."


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
)
def test_a_byte_order_mark_decides_and_is_not_text(mark, codec):
    found = decode(mark + FRENCH.encode(codec))
    assert (found.text, found.encoding) == (FRENCH, f"{codec} (BOM)")


def test_utf_8_needs_no_remark():
    assert decode(FRENCH.encode()).encoding == "utf-8"


@pytest.mark.parametrize(
    ("text", "codec"), [(FRENCH, "cp1252"), (RUSSIAN, "cp1251"), (RUSSIAN, "koi8-r"), (FRENCH, "utf-16-le")]
)
def test_other_encodings_are_guessed_and_the_guess_is_recorded(text, codec):
    found = decode(text.encode(codec))
    assert found.text == text
    assert found.encoding.endswith("(guessed)")


def test_what_a_page_declares_wins_over_a_guess():
    raw = b'<meta charset="windows-1251"><p>' + RUSSIAN.encode("cp1251")
    found = decode(raw, declared=declared_codec(raw))
    assert found.encoding == "cp1251 (declared)"
    assert RUSSIAN in found.text


@pytest.mark.parametrize("name", [b"nonsense", b"rot13", b"hex", b"zip"])
def test_a_page_cannot_declare_what_is_no_encoding_of_text(name):
    assert declared_codec(b"<meta charset=" + name + b">") == ""


def test_noise_is_refused_rather_than_guessed():
    raw = bytes(random.Random(3).choices(range(128, 256), k=400))
    with pytest.raises(Refusal) as caught:
        decode(raw)
    assert caught.value.code is RejectCode.ENCODING


def test_a_broken_utf_16_file_is_refused():
    with pytest.raises(Refusal):
        decode(codecs.BOM_UTF16_LE + "Abc".encode("utf-16-le") + b"x")


def test_one_guess_serves_all_rows_of_a_file():
    rows = [f"{i}: {FRENCH}".encode("cp1252") for i in range(5)]
    decoder = Decoder(b"\n".join(rows))
    assert [decoder.decode(row).text for row in rows] == [row.decode("cp1252") for row in rows]
    assert decoder.decode(b"caf\xe9").text == "café"  # too short to guess from by itself


def test_transcoding_does_not_cut_characters_at_chunk_edges():
    raw = codecs.BOM_UTF16_LE + RUSSIAN.encode("utf-16-le")
    pieces = (raw[i : i + 3] for i in range(0, len(raw), 3))
    assert b"".join(transcode(pieces, "utf-16-le", 2)).decode() == RUSSIAN


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le"])
def test_a_half_character_at_a_cut_is_left_out(codec):
    raw = (FRENCH + "é€").encode(codec)
    assert whole_characters(raw[:-1]) == (FRENCH + "é").encode(codec)
    assert whole_characters(raw) == raw
    assert whole_characters(FRENCH.encode("cp1252")) == FRENCH.encode("cp1252")


@pytest.mark.parametrize("codec", ["mac_roman", "mac_cyrillic", "cp437", "cp037"])
def test_exotic_encodings_are_never_guessed(codec):
    for text in (FRENCH, RUSSIAN):
        raw = text.encode(codec, "ignore")
        assert not guess_codec(raw).startswith(("mac", "cp0", "cp4", "cp8"))


@pytest.mark.parametrize("text", ["Le café est fermé.", "Šéf policie mlčí o žádosti.", RUSSIAN, "警察关闭了广场。"])
def test_two_encodings_in_one_file_are_noticed(text):
    raw = FRENCH.encode("cp1252") + b"\n\n" + text.encode()
    try:
        found = decode(raw)
    except Refusal as refusal:
        assert refusal.code is RejectCode.ENCODING
    else:
        assert is_mixed(found.text, found.encoding)


@pytest.mark.parametrize(("text", "codec"), [(FRENCH, "cp1252"), (RUSSIAN + " «ООН»", "cp1251"), (FRENCH, "utf-8")])
def test_one_encoding_is_not_taken_for_two(text, codec):
    assert not is_mixed(text, f"{codec} (guessed)")
