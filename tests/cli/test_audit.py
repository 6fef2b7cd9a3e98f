"""themes audit, called as a person calls it."""

import json

import pytest

from tests.support.simulated import fill_in, write_tags
from tests.support.small_dump import tree

THEMES = ("bribery", "crackdowns")


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [
        {"scores": [0.9 if number % 5 == 0 else 0.2, 0.01 * (number % 40)], "bands": [2 * (number % 5 == 0), 0]}
        for number in range(200)
    ]
    write_tags(tmp_path / "tags", rows, themes=THEMES, part=64)
    return tmp_path


def judged(place):
    """Judge every second tag of bribery right, and nothing else."""
    fill_in(
        place / "audit.jsonl",
        lambda line: {"bribery": "yes" if line["paragraph"] % 10 == 1 else "no", "crackdowns": "no"},
    )


def test_draw_says_what_was_drawn_and_what_to_do(place, run):
    before = tree(place / "tags")
    ran = run("audit", "draw", "tags", "--n", 80, "--themes", "bribery", "--out", "audit.jsonl")
    assert ran.code == 0, ran.err
    assert "80 of 200 paragraphs" in ran.out
    assert "tag bribery" in ran.out
    for words in ("audit.jsonl.design.json", "themes labels check audit.jsonl", "themes audit apply tags audit.jsonl"):
        assert words in ran.err
    assert len((place / "audit.jsonl").read_text().splitlines()) == 80
    assert tree(place / "tags") == before


def test_apply_says_how_right_the_tags_are(place, run):
    run("audit", "draw", "tags", "--n", 120, "--out", "audit.jsonl")
    judged(place)
    ran = run("audit", "apply", "tags", "audit.jsonl")
    assert ran.code == 0, ran.err
    bribery, crackdowns = (line for line in ran.out.splitlines()[:9] if line.strip().startswith(THEMES))
    assert " 120 " in bribery
    assert "100.0% [" in bribery  # recall: every yes has the tag
    assert "no tagged paragraph judged" in crackdowns
    found = json.loads(run("audit", "apply", "tags", "audit.jsonl", "--json").out)
    precision = found["audited"][0]["precision"]
    assert precision["low"] < 0.5 < precision["high"]
    assert found["shares"][0]["share"]["low"] <= 0.1 <= found["shares"][0]["share"]["high"]


def test_unsure_is_told(place, run):
    run("audit", "draw", "tags", "--n", 120, "--out", "audit.jsonl")
    fill_in(place / "audit.jsonl", lambda line: {"bribery": "unsure" if line["paragraph"] % 10 == 1 else "no"})
    ran = run("audit", "apply", "tags", "audit.jsonl")
    assert "unsure    bribery: " in ran.err
    assert "0.0% if they were no" in ran.err


def test_a_sample_is_overwritten_only_when_asked(place, run):
    words = ("audit", "draw", "tags", "--n", 80, "--out", "audit.jsonl")
    assert run(*words).code == 0
    again = run(*words)
    assert again.code == 73
    assert "--overwrite" in again.err
    assert run(*words, "--overwrite").code == 0


def test_an_unfilled_sample_passes_the_check_of_labels(place, run):
    (place / "book.yaml").write_text(
        "version: test-1\ntitle: T\nthemes:\n"
        + "".join(f"- {{id: {t}, name: N, definition: D, yes_when: Y, no_when: N}}\n" for t in THEMES)
    )
    run("audit", "draw", "tags", "--n", 30, "--out", "audit.jsonl")
    ran = run("labels", "check", "audit.jsonl", "--codebook", "book.yaml")
    assert ran.code == 0, ran.err
    assert "errors: 0" in ran.err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["draw", "tags", "--n", 2, "--out", "a.jsonl"], 64, "2 is too few"),
        (["draw", "tags", "--themes", "briberi", "--out", "a.jsonl"], 64, "did you mean 'bribery'"),
        (["draw", "nowhere", "--out", "a.jsonl"], 66, "no such folder"),
        (["apply", "tags", "none.jsonl"], 66, "cannot read the design of this sample"),
        (["apply", "tags", "none.jsonl", "--by", "colour"], 64, "no such column"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(place, run, words, code, told):
    ran = run("audit", *words)
    assert ran.code == code
    assert told in ran.err
    assert "Traceback" not in ran.err
