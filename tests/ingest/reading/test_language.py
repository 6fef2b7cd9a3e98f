from __future__ import annotations

import pytest

from pipeline.ingest.reading.language import guess_language, read_language


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("en", "en"),
        ("EN-us", "en"),
        ("pt_BR", "pt"),
        ("eng", "en"),
        ("French", "fr"),
        ("", ""),
        ("klingon", ""),
        ("xyz", ""),
    ],
)
def test_a_given_language_becomes_a_code(given, code):
    assert read_language(given) == code


def test_a_language_is_told_from_its_text():
    assert guess_language("The officers closed the square before the march had begun.") == "en"
    assert guess_language("Los agentes cerraron la plaza antes de que empezara la marcha.") == "es"
    assert guess_language("Полицейские закрыли площадь до начала шествия.") == "ru"


def test_a_few_letters_are_not_enough():
    assert guess_language("Police! 12.06.2022 ... 4") == ""
    assert guess_language("") == ""
