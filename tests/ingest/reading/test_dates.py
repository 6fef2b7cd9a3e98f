from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ingest.reading.dates import FIRST_YEAR, LAST_YEAR, read_date


@pytest.mark.parametrize(
    "written",
    [
        "2022-06-14",
        "2022-06-14T23:59:59-07:00",
        "2022/6/14",
        "20220614",
        "20220614T2359",
        "Tue, 14 Jun 2022 23:30:00 -0700",
        "June 14, 2022",
        "Published on June 14, 2022",
        "14 juin 2022",
        "14 de junio de 2022",
        "14. Juni 2022",
        "14/06/2022",
        "06/14/2022",
        "2022年6月14日",
        "٢٠٢٢-٠٦-١٤",
        "1655164800",
        "1655164800000",
        1655164800,
        1655164800.5,
        datetime.date(2022, 6, 14),
        datetime.datetime(2022, 6, 14, 23, 59, tzinfo=datetime.UTC),
    ],
)
def test_a_day_that_is_written_out_is_read(written):
    assert read_date(written) == "2022-06-14"


@pytest.mark.parametrize(
    "written",
    [
        "yesterday",
        "today",
        "now",
        "2 hours ago",
        "hace 2 días",
        "14 June 2022, 3 days ago",
        "Monday",
        "12:30",
        "June 2022",
        "2022",
        "2022-06",
        "May 5, '21",
        "03/04/2020",
        "June 31, 2022",
        "2022-02-30",
        "0001-01-01",
        "3022-01-01",
        "",
        "x" * 10_000,
        None,
        True,
        12,
        float("nan"),
        float("inf"),
        ["2022-06-14"],
    ],
)
def test_what_is_no_whole_day_is_not_filled_in(written):
    assert read_date(written) == ""


@settings(deadline=None)
@given(st.one_of(st.text(max_size=40), st.integers(), st.floats()))
def test_anything_gives_a_sane_day_or_nothing(value):
    found = read_date(value)
    assert found == "" or FIRST_YEAR <= datetime.date.fromisoformat(found).year <= LAST_YEAR


@settings(deadline=None)
@given(st.dates(datetime.date(FIRST_YEAR, 1, 1), datetime.date(LAST_YEAR, 12, 31)))
def test_every_iso_day_comes_back(day):
    assert read_date(day.isoformat()) == day.isoformat()
